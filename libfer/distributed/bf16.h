// bfloat16: the upper half of a float, rounded to the nearest, ties to even.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace fer::distributed {

inline uint16_t to_bf16(float x) {
  const auto bits = std::bit_cast<uint32_t>(x);
  const bool is_nan = (bits & 0x7fffffffu) > 0x7f800000u;
  const uint32_t rounded = bits + 0x7fffu + ((bits >> 16) & 1u);
  return static_cast<uint16_t>((is_nan ? bits | 0x00400000u : rounded) >> 16);
}
inline float from_bf16(uint16_t x) { return std::bit_cast<float>(static_cast<uint32_t>(x) << 16); }

// Rounds each value; of the same size both.
inline void to_bf16(std::span<const float> from, std::span<uint16_t> to) {
  for (size_t i = 0; i < from.size(); ++i) to[i] = to_bf16(from[i]);
}
inline void from_bf16(std::span<const uint16_t> from, std::span<float> to) {
  for (size_t i = 0; i < from.size(); ++i) to[i] = from_bf16(from[i]);
}
inline void round_to_bf16(std::span<float> values) {
  for (float& value : values) value = from_bf16(to_bf16(value));
}

}  // namespace fer::distributed
