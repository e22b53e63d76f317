// Small pieces of text.
#pragma once

#include <string_view>

namespace fer::core {

// The text without the spaces at both ends.
inline std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(' ');
  return first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(' ') + 1 - first);
}

}  // namespace fer::core
