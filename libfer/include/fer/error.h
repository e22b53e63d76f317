// The one exception type of the library.
#pragma once

#include <stdexcept>
#include <string>

#include "fer/export.h"

namespace FER_PUBLIC fer {

// A mistake in what the user gave: a file, an option, a network, a shape. The message says what was wrong, where (file,
// line and column, or layer), what was expected and what was found, in one line without a trailing newline.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message) : std::runtime_error(message) {}
};

}  // namespace fer
