// Small pieces of text.
#pragma once

#include <string>
#include <string_view>

namespace fer::core {

// The text without the spaces at both ends.
inline std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(' ');
  return first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(' ') + 1 - first);
}

// Whether the text is UTF-8 as RFC 3629 has it.
bool is_utf8(std::string_view text);

// The text for a message: bytes that are no UTF-8 in it, and control characters, as \xE9.
std::string escaped(std::string_view text);

}  // namespace fer::core
