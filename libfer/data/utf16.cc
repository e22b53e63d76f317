#include <algorithm>

#include "data/unpacking.h"
#include "fer/error.h"

namespace fer::data {
namespace {

void append_utf8(uint32_t code, std::string& out) {
  const auto part = [&](uint32_t bits) { out += static_cast<char>(0x80 | (bits & 0x3f)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | code >> 6);
    part(code);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | code >> 12);
    part(code >> 6);
    part(code);
  } else {
    out += static_cast<char>(0xf0 | code >> 18);
    part(code >> 12);
    part(code >> 6);
    part(code);
  }
}

bool is_high(uint32_t unit) { return unit >= 0xd800 && unit < 0xdc00; }
bool is_low(uint32_t unit) { return unit >= 0xdc00 && unit < 0xe000; }

}  // namespace

// By RFC 2781; the byte order mark says which byte of a unit comes first.
void decode_utf16(const ByteSource& source, const std::string& name, const FileSink& sink) {
  constexpr int64_t kPieceBytes = 1 << 18;
  const auto fail = [&](int64_t at, const char* found) {
    throw Error(name + ": byte " + std::to_string(at + 1) + ": expected text in UTF-16, found " + found);
  };
  std::vector<char> buffer;
  if (source.size() % 2 != 0) fail(source.size() - 1, "half a character at the end");
  const bool big = source.size() >= 2 && source.read(0, 2, buffer)[0] == '\xfe';
  uint32_t high = 0;  // the first half of a pair
  std::string text;
  for (int64_t at = 2; at < source.size(); at += kPieceBytes) {
    const std::string_view bytes = source.read(at, std::min(source.size(), at + kPieceBytes), buffer);
    text.clear();
    for (size_t i = 0; i + 1 < bytes.size(); i += 2) {
      const auto first = static_cast<unsigned char>(bytes[i]), second = static_cast<unsigned char>(bytes[i + 1]);
      const uint32_t unit = big ? first << 8 | second : second << 8 | first;
      if ((high != 0) != is_low(unit)) fail(at + static_cast<int64_t>(i), "half of a pair of units");
      if (is_high(unit)) {
        high = unit;
        continue;
      }
      append_utf8(high == 0 ? unit : 0x10000 + ((high - 0xd800) << 10 | (unit - 0xdc00)), text);
      high = 0;
    }
    sink(text);
  }
  if (high != 0) fail(source.size() - 2, "half of a pair of units");
}

}  // namespace fer::data
