// Counts every allocation of the process, and lets those that a test names fail. A program that links
// failing_allocator.cc has this allocator in the place of the C library's; under a sanitizer, which has an allocator of
// its own, it only counts.
#pragma once

#include <cstdint>

#include "tests/support/sanitizers.h"

namespace fer {

class CountedAllocations {
 public:
  // Counts from here to the end of this object's life. `number` allocations from the one of number `first` on fail; the
  // first counted one has number 0.
  explicit CountedAllocations(int64_t first = INT64_MAX, int64_t number = 0);
  ~CountedAllocations();
  CountedAllocations(const CountedAllocations&) = delete;
};

// How many the last CountedAllocations has counted.
int64_t counted_allocations();
// Those of the process that have not been freed; 0 under a sanitizer.
int64_t living_allocations();

// Allocations made anywhere in the process while f runs.
template <class F>
int64_t allocations_in(const F& f) {
  {
    const CountedAllocations counted;
    f();
  }
  return counted_allocations();
}

// f() with `number` allocations from number `first` on failing.
template <class F>
auto failing(int64_t first, int64_t number, const F& f) {
  const CountedAllocations counted(first, number);
  return f();
}

}  // namespace fer
