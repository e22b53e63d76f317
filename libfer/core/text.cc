#include "core/text.h"

#include <algorithm>
#include <cstdint>

namespace fer::core {
namespace {

// The number of bytes of the character that begins here; 0 where none does.
size_t character_bytes(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const size_t count = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < count) return 0;
  uint32_t code = first & (0x7f >> count);
  for (size_t i = 1; i < count; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3f);
  }
  const uint32_t least = count == 4 ? 0x10000 : count == 3 ? 0x800 : 0x80;
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  return code < least || code > 0x10ffff || surrogate ? 0 : count;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const size_t count = character_bytes(text);
    if (count == 0) return false;
    text.remove_prefix(count);
  }
  return true;
}

std::string escaped(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text[0]);
    const size_t count = character_bytes(text);
    if (count == 0 || first < ' ' || first == 0x7f) {
      out.append("\\x").append(1, kDigits[first >> 4]).append(1, kDigits[first & 15]);
    } else {
      out.append(text.substr(0, count));
    }
    text.remove_prefix(std::max<size_t>(count, 1));
  }
  return out;
}

}  // namespace fer::core
