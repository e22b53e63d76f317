// What the backward pass of a batch norm goes over. Private to batch_norm_backward.cc.
#pragma once

#include <cstdint>

namespace fer::kernels {

// A line of cells of the input x [cells, c] (a row of an image), and the gradient by the output: a value for every
// cell, or, with `winner`, for every window of the max pool after it.
struct NormLine {
  int64_t cells = 0, c = 0;
  const float* x = nullptr;
  const float* dy = nullptr;        // [cells, c]; with winner [windows, c]
  const uint8_t* winner = nullptr;  // [windows, c]: which cell of the window dy belongs to
  int64_t windows = 0;              // that this line has cells of, side by side
  int64_t stride = 1, pad_left = 0;
  int32_t first = 0;  // index, within a window, of its first cell in this line
};

// Per channel. With scale and shift, dy counts only where x * scale + shift > 0: the relu after the norm.
struct NormConstants {
  const float *scale = nullptr, *shift = nullptr;
  const float* mean = nullptr;
};

// dx = dy * p + x * q + s per channel, and 0 where x <= 0 if relu_before.
struct NormApply {
  const float *p = nullptr, *q = nullptr, *s = nullptr;
  bool relu_before = false;
};

}  // namespace fer::kernels
