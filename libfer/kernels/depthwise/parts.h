// What the passes of a depthwise convolution share. Private to this folder, whose kernels know one filter per channel:
// with more, x is read through a copy that has every channel as often as it has filters.
#pragma once

#include <cstdint>

#include "core/parallel.h"
#include "kernels/scratch.h"
#include "kernels/shapes.h"

namespace fer::kernels {

// Of the widest vector, AVX-512's.
inline constexpr int64_t kMostLanes = 16;

// How many pixels of c channels a vector takes side by side, on the instruction set in force; 1 or more. (depthwise.cc)
int64_t pixels_in_vector(int64_t c);

int64_t depthwise_data_scratch_floats(const DepthwiseShape& s);  // of the other two passes (depthwise.cc)

// The same convolution of an x that has been repeated.
inline DepthwiseShape repeated(DepthwiseShape s) {
  s.c = s.co();
  s.multiplier = 1;
  return s;
}
inline int64_t repeated_floats(const DepthwiseShape& s) {
  return s.multiplier == 1 ? 0 : aligned_floats(repeated(s).x_floats());
}

// Writes each value `times` times in a row.
inline void repeat_values(int64_t count, int64_t times, const float* from, float* to) {
  parallel_ranges(count, 4096, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      for (int64_t j = 0; j < times; ++j) to[i * times + j] = from[i];
    }
  });
}

// The reverse: sums of `times` values in a row.
inline void sum_repeated(int64_t count, int64_t times, const float* from, float* to) {
  parallel_ranges(count, 4096, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      float sum = 0;
      for (int64_t j = 0; j < times; ++j) sum += from[i * times + j];
      to[i] = sum;
    }
  });
}

}  // namespace fer::kernels
