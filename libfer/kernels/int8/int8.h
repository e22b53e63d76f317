// Inference in 8-bit integers (Jacob et al., "Quantization and Training of Neural Networks for Efficient
// Integer-Arithmetic-Only Inference", 2018): values as unsigned bytes q that stand for (q - zero) * scale, weights as
// signed bytes with a scale for every output channel, sums in 32 bits. Sums are exact, so they are the same on every
// instruction set.
//
// Byte images are [n, h, w, byte_cell(c)]: the channels filled up to whole groups of 4.
#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "kernels/shapes.h"

namespace fer::kernels {

struct Int8Range {
  float scale = 1;
  int32_t zero = 0;  // 0 .. 255: the byte that stands for 0
};

// The finest range of 256 steps that holds low, high and 0.
Int8Range int8_range(float low, float high);

inline int64_t byte_cell(int64_t channels) { return (channels + 3) / 4 * 4; }

// One group, and all sums fit 32 bits.
bool int8_conv_supports(const ConvShape& s);

// A kernel w [kh,kw,ci,co] as bytes: per output channel scale = max |w| / 127 and q = round(w / scale), to nearest and
// even; scale 1 where all are 0.
void int8_quantize_kernel(const ConvShape& s, std::span<const float> w, std::span<int8_t> q, std::span<float> scale);

// The layout that int8_conv_forward reads.
int64_t int8_prepared_bytes(const ConvShape& s);
void int8_prepare_kernel(const ConvShape& s, std::span<const int8_t> q, std::span<int8_t> prepared);

// What becomes of a sum: v = sum * multiplier[co] + bias[co]; if relu, v = min(max(v, 0), relu_cap); if after_scale,
// v = v * after_scale[co] + after_shift[co].
struct Int8Epilogue {
  const float* multiplier = nullptr;  // the scale of x times that of the kernel
  const float* bias = nullptr;        // null: zeros
  bool relu = false;
  float relu_cap = std::numeric_limits<float>::infinity();
  const float* after_scale = nullptr;  // with after_shift, or null
  const float* after_shift = nullptr;
};

// x: bytes [n,h,w,byte_cell(ci)] with the byte x_zero for 0, also beyond the image. start[co] = -x_zero * sum of the
// channel's q. y: floats [n,oh,ow,co], or bytes [n,oh,ow,byte_cell(co)] of the range given. scratch: that of this n or
// a larger one.
struct Int8Conv {
  const int8_t* prepared = nullptr;
  const int32_t* start = nullptr;
  uint8_t x_zero = 0;
  Int8Epilogue epilogue;
};
int64_t int8_conv_scratch_bytes(const ConvShape& s);
void int8_conv_forward(const ConvShape& s, const Int8Conv& conv, const uint8_t* x, float* y,
                       std::span<uint8_t> scratch);
void int8_conv_forward(const ConvShape& s, const Int8Conv& conv, const uint8_t* x, const Int8Range& y_range, uint8_t* y,
                       std::span<uint8_t> scratch);

// q = round(x / scale) + zero, to nearest and even, within 0 .. 255, for rows of c values; bytes that fill a cell up
// are 0.
void int8_quantize(int64_t rows, int64_t c, const Int8Range& range, const float* x, uint8_t* q);

// Of bytes; padding never wins.
void int8_max_pool(const PoolShape& s, const uint8_t* x, uint8_t* y);

}  // namespace fer::kernels
