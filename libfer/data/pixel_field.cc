#include "data/pixel_field.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "core/assert.h"

namespace fer::data::csv {
namespace {

constexpr size_t kBlock = 64;

uint32_t load32(const char* p) {
  uint32_t word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

// Bit i of the result: byte i of the block is a space or something else that has bit 0x10 clear, which no digit (0x30
// to 0x39) has.
uint64_t separators(const char* block) {
  uint64_t mask = 0;
  for (size_t i = 0; i < kBlock; i += 8) {
    uint64_t word;
    std::memcpy(&word, block + i, sizeof word);
    const uint64_t clear = (~word >> 4) & 0x0101010101010101u;
    mask |= ((clear * 0x0102040810204080u) >> 56) << i;  // one bit per byte, gathered into one byte
  }
  return mask;
}

// Writes the places of the separators in `field` to ends and returns how many there are, or more than kPixels.
size_t find_separators(std::string_view field, std::array<uint16_t, kPixels + kBlock>& ends) {
  size_t count = 0;
  for (size_t base = 0; base < field.size(); base += kBlock) {
    std::array<char, kBlock> last;
    const char* block = field.data() + base;
    if (field.size() - base < kBlock) {
      last.fill('0');
      std::memcpy(last.data(), block, field.size() - base);
      block = last.data();
    }
    for (uint64_t mask = separators(block); mask != 0; mask &= mask - 1) {
      ends[count++] = static_cast<uint16_t>(base + static_cast<size_t>(std::countr_zero(mask)));
    }
    if (count > kPixels) break;
  }
  return count;
}

// The words hold, from the lowest byte, a number's hundreds, tens and ones and the separator behind it; where the
// number is shorter, the bytes in front belong to something else. Returns nonzero if one of them is not a number of 0
// to 255 followed by a space. Straight arithmetic, so that the compiler makes vector code of it.
uint32_t convert(std::span<const uint32_t> words, uint8_t* out) {
  uint32_t bad = 0;
  for (size_t i = 0; i < words.size(); ++i) {
    const uint32_t has_tens = (words[i] >> 12) & 1;
    const uint32_t has_hundreds = (words[i] >> 4) & has_tens;
    const uint32_t keep = 0xffff0000u | ((0u - has_tens) & 0xff00u) | ((0u - has_hundreds) & 0xffu);
    const uint32_t digits = (words[i] ^ 0x20303030u) & keep;
    bad |= ((digits + 0x7f767676u) | digits) & 0x80808080u;  // a byte above 9, or a separator that is not a space
    const uint32_t value = (digits & 0xff) * 100 + ((digits >> 8) & 0xff) * 10 + ((digits >> 16) & 0xff);
    bad |= value & ~0xffu;
    out[i] = static_cast<uint8_t>(value);
  }
  return bad;
}

// Nonzero unless every number between two separators has one to three digits.
uint32_t check_lengths(std::span<const uint16_t> ends) {
  uint32_t bad = 0;
  for (size_t i = 1; i < ends.size(); ++i) {
    const auto bytes = static_cast<uint16_t>(ends[i] - ends[i - 1]);
    bad |= static_cast<uint16_t>(bytes - 2) > 2;
  }
  return bad;
}

bool parse_one(std::string_view digits, uint8_t& out) {
  if (digits.empty() || digits.size() > 3) return false;
  int value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
  }
  out = static_cast<uint8_t>(value);
  return value <= 255;
}

std::string_view next_token(std::string_view field, size_t& pos) {
  while (pos < field.size() && field[pos] == ' ') ++pos;
  const size_t end = std::min(field.find(' ', pos), field.size());
  return field.substr(pos, end - pos);
}

}  // namespace

bool parse_pixel(std::string_view text, uint8_t& out) {
  const size_t point = text.find('.');
  if (point == std::string_view::npos) return parse_one(text, out);
  const std::string_view zeros = text.substr(point + 1);
  return zeros.find_first_not_of('0') == std::string_view::npos && parse_one(text.substr(0, point), out);
}

bool parse_pixels_fast(std::string_view field, std::span<uint8_t> out) {
  FER_ASSERT(out.size() == kPixels);
  if constexpr (std::endian::native != std::endian::little) return false;
  if (field.size() > kMaxPixelFieldBytes) return false;
  // Three plain loops over a row that stays in the first-level cache, instead of one in which every number's place
  // hangs on the length of the one before: bench/data/read_csv_bench.
  std::array<uint16_t, kPixels + kBlock> ends;
  if (find_separators(field, ends) != kPixels - 1) return false;
  // The first and the last number have no neighbour on one side.
  if (!parse_one(field.substr(0, ends[0]), out.front())) return false;
  if (!parse_one(field.substr(ends[kPixels - 2] + size_t{1}), out.back())) return false;
  if (field[ends[0]] != ' ') return false;
  std::array<uint32_t, kPixels - 2> words;
  for (size_t i = 0; i < words.size(); ++i) words[i] = load32(field.data() + (ends[i + 1] - 3));
  return (convert(words, out.data() + 1) | check_lengths(std::span(ends).first(kPixels - 1))) == 0;
}

std::optional<Mistake> parse_pixels_carefully(std::string_view field, std::span<uint8_t> out) {
  FER_ASSERT(out.size() == kPixels);
  size_t count = 0, pos = 0, surplus = 0;
  for (std::string_view token = next_token(field, pos); !token.empty(); token = next_token(field, pos)) {
    uint8_t value = 0;
    if (!parse_one(token, value)) {
      return Mistake{
          pos, "pixel " + std::to_string(count + 1) + ", expected a whole number of 0 to 255, found " + shown(token)};
    }
    if (count < kPixels) out[count] = value;
    if (count == kPixels) surplus = pos;
    ++count;
    pos += token.size();
  }
  if (count == kPixels) return std::nullopt;
  return Mistake{count > kPixels ? surplus : field.size(), "pixels of a picture, expected " + std::to_string(kPixels) +
                                                               " (48x48), found " + std::to_string(count)};
}

std::optional<Mistake> parse_pixels(std::string_view field, std::span<uint8_t> out) {
  if (parse_pixels_fast(field, out)) return std::nullopt;
  return parse_pixels_carefully(field, out);
}

}  // namespace fer::data::csv
