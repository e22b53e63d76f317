#include "core/random.h"

#include <Random123/philox.h>

#include <cmath>
#include <numbers>
#include <utility>

namespace fer {

std::array<uint32_t, 4> random_block(const RandomStream& stream, uint64_t index) {
  using Philox = r123::Philox4x32;
  const Philox::key_type key = {{static_cast<uint32_t>(stream.seed), static_cast<uint32_t>(stream.seed >> 32)}};
  // index gets 56 bits of the counter, the use the remaining 8.
  const auto high = (static_cast<uint32_t>(index >> 32) & 0xffffffu) | (static_cast<uint32_t>(stream.use) << 24);
  const Philox::ctr_type counter = {{static_cast<uint32_t>(index), high, stream.a, stream.b}};
  const auto out = Philox()(counter, key);
  return {out[0], out[1], out[2], out[3]};
}

float random_unit(const RandomStream& stream, uint64_t index) {
  return to_unit_float(random_block(stream, index / 4)[index % 4]);
}

double random_normal(const RandomStream& stream, uint64_t index) {
  const auto words = random_block(stream, index);
  const double u = (words[0] + 1.0) * 0x1p-32;  // (0, 1]: its logarithm is finite
  const double v = words[1] * 0x1p-32;
  return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * v);
}

void random_permutation(const RandomStream& stream, std::span<int64_t> out) {
  for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<int64_t>(i);
  for (size_t i = out.size(); i > 1; --i) {
    const auto words = random_block(stream, i);
    // 64 random bits over at most 2^40 places: the bias of the remainder is below 2^-24 of a place.
    const uint64_t r = (static_cast<uint64_t>(words[1]) << 32) | words[0];
    std::swap(out[i - 1], out[r % i]);
  }
}

}  // namespace fer
