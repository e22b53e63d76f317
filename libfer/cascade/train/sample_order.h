// Samples in the order of their values.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fer::cascade {

// An order of up to 2^15 or 2^31 samples: their indices by rising value; the highest bit says that the value is the
// same as that of the one before.
template <class Index>
inline constexpr Index kSameBit = static_cast<Index>(Index{1} << (8 * sizeof(Index) - 1));

// Memory that sorting needs, to be used again.
struct SortScratch {
  std::vector<uint64_t> a, b;
};

// Sorts by value, of equal ones by index. `order` is as long as `values`, which hold no NaN.
template <class Index>
void sort_samples(std::span<const float> values, SortScratch& scratch, std::span<Index> order);

}  // namespace fer::cascade
