// Parallel loops. The chunks of a loop are fixed by the caller, never by the number of threads, so results have the
// same bits for any number.
#pragma once

#include <cstdint>
#include <type_traits>

#include "fer/threads.h"

namespace fer {

namespace internal {
using ChunkFunction = void (*)(const void* context, int64_t chunk, int slot);
void run_chunks(int64_t chunks, int max_slots, ChunkFunction function, const void* context);
}  // namespace internal

// Calls f(i) once for every i in [0, chunks), on up to num_threads() threads, in no order; returns when all are done.
// What f throws comes out of the loop; where several calls throw, the exception of the lowest i does. Within f, numbers
// too small for full precision (denormal) count as zero, on x86. Inside another parallel loop it runs on the calling
// thread alone.
template <class F>
void parallel_for(int64_t chunks, const F& f) {
  internal::run_chunks(
      chunks, 1 << 16, [](const void* context, int64_t i, int) { (*static_cast<const F*>(context))(i); }, &f);
}

// The same with f(i, slot): calls that run at the same time get different slots in [0, max_slots), an index for scratch
// memory. No more than max_slots threads are used.
template <class F>
void parallel_for_slots(int64_t chunks, int max_slots, const F& f) {
  internal::run_chunks(
      chunks, max_slots, [](const void* context, int64_t i, int slot) { (*static_cast<const F*>(context))(i, slot); },
      &f);
}

// Calls f(begin, end) for consecutive pieces of [0, n) of `grain` each (the last may be shorter).
template <class F>
void parallel_ranges(int64_t n, int64_t grain, const F& f) {
  parallel_for((n + grain - 1) / grain, [&](int64_t i) {
    const int64_t begin = i * grain;
    f(begin, begin + grain < n ? begin + grain : n);
  });
}

}  // namespace fer
