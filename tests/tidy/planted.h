// Faults that tools/test tidy must find, or it has not looked: one of a header, and one below.
#pragma once

#include <string>
#include <utility>

namespace fer::planted {

template <typename T>
std::size_t taken_and_read(T text) {
  T taken = std::move(text);
  return text.size() + taken.size();
}

}  // namespace fer::planted
