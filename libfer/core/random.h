// Counter-based random numbers: Philox 4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"),
// from Random123. A value is a function of (seed, stream, index) alone, so it is the same at any thread count and after
// any resume.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace fer {

// What a stream of numbers is for; the first word of its counter keeps the streams apart.
enum class RandomUse : uint32_t {
  kInitializer = 1,
  kDropout = 2,
  kShuffle = 3,
  kAugmentation = 4,
  kSplit = 5,
  kSynthetic = 6,
  kMixing = 7
};

struct RandomStream {
  uint64_t seed = 0;
  RandomUse use = RandomUse::kInitializer;
  uint32_t a = 0, b = 0;  // further coordinates: layer, epoch, step, picture ...
};

// Four 32-bit words at position `index` of the stream. seed is the key; use is mixed into it; a, b and index are the
// counter.
std::array<uint32_t, 4> random_block(const RandomStream& stream, uint64_t index);

// A uniform number in [0, 1) from the top 24 bits of a word: exact in float.
inline float to_unit_float(uint32_t word) { return static_cast<float>(word >> 8) * 0x1p-24f; }

// The index-th uniform number in [0, 1) of a stream (word index % 4 of block index / 4).
float random_unit(const RandomStream& stream, uint64_t index);
// The index-th standard normal number (Box-Muller on words 0 and 1 of block index).
double random_normal(const RandomStream& stream, uint64_t index);

// 0 .. n-1 in a random order (Fisher-Yates).
void random_permutation(const RandomStream& stream, std::span<int64_t> out);

}  // namespace fer
