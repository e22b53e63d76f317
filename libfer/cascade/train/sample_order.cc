#include "cascade/train/sample_order.h"

#include <array>
#include <bit>

namespace fer::cascade {
namespace {

constexpr int kDigitBits = 11, kDigits = 3;
constexpr size_t kBuckets = size_t{1} << kDigitBits;

// A number that rises with the value. (-0 becomes 0.)
uint32_t key_of(float value) {
  const auto bits = std::bit_cast<uint32_t>(value + 0.0F);
  return (bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U;
}

size_t digit(uint64_t entry, int i) { return (entry >> (32 + kDigitBits * i)) & (kBuckets - 1); }

}  // namespace

// Radix sort from the lowest digit on: entries are the key above the index.
template <class Index>
void sort_samples(std::span<const float> values, SortScratch& scratch, std::span<Index> order) {
  const size_t n = values.size();
  scratch.a.resize(n);
  scratch.b.resize(n);
  std::array<std::array<uint32_t, kBuckets>, kDigits> counts = {};
  for (size_t i = 0; i < n; ++i) {
    scratch.a[i] = static_cast<uint64_t>(key_of(values[i])) << 32 | i;
    for (int d = 0; d < kDigits; ++d) ++counts[static_cast<size_t>(d)][digit(scratch.a[i], d)];
  }
  for (int d = 0; d < kDigits; ++d) {
    std::array<uint32_t, kBuckets>& at = counts[static_cast<size_t>(d)];
    uint32_t begin = 0;
    for (uint32_t& count : at) {
      const uint32_t here = count;
      count = begin;
      begin += here;
    }
    for (const uint64_t entry : scratch.a) scratch.b[at[digit(entry, d)]++] = entry;
    scratch.a.swap(scratch.b);
  }
  for (size_t i = 0; i < n; ++i) {
    const bool same = i > 0 && scratch.a[i] >> 32 == scratch.a[i - 1] >> 32;
    order[i] = static_cast<Index>(static_cast<Index>(scratch.a[i] & 0xffffffffU) | (same ? kSameBit<Index> : Index{0}));
  }
}

template void sort_samples<uint16_t>(std::span<const float>, SortScratch&, std::span<uint16_t>);
template void sort_samples<uint32_t>(std::span<const float>, SortScratch&, std::span<uint32_t>);

}  // namespace fer::cascade
