// Sizes that kernels are given. One letter a dimension everywhere: n image, h w input rows and columns, ci co channels
// in and out, kh kw kernel, sh sw stride, oh ow output.
#pragma once

#include <cstdint>

namespace fer::kernels {

struct ConvShape {
  int64_t n = 0, h = 0, w = 0, ci = 0;
  int64_t co = 0, kh = 0, kw = 0;
  int64_t sh = 1, sw = 1;
  int64_t pad_top = 0,
          pad_left = 0;  // zero cells before the first row and column; those after the last follow from oh and ow
  int64_t oh = 0, ow = 0;
  int64_t dilation_h = 1, dilation_w = 1;  // cells from one tap of the kernel to the next
  int64_t groups = 1;                      // of channels; divides ci and co

  int64_t x_floats() const { return n * h * w * ci; }
  int64_t w_floats() const { return kh * kw * (ci / groups) * co; }
  int64_t y_floats() const { return n * oh * ow * co; }
  int64_t macs() const { return y_floats() * kh * kw * (ci / groups); }
  bool operator==(const ConvShape&) const = default;
};

// Each of the c channels has `multiplier` filters of its own.
struct DepthwiseShape {
  int64_t n = 0, h = 0, w = 0, c = 0, multiplier = 1;
  int64_t kh = 0, kw = 0, sh = 1, sw = 1;
  int64_t pad_top = 0, pad_left = 0;
  int64_t oh = 0, ow = 0;

  int64_t co() const { return c * multiplier; }
  int64_t x_floats() const { return n * h * w * c; }
  int64_t w_floats() const { return kh * kw * co(); }
  int64_t y_floats() const { return n * oh * ow * co(); }
  int64_t macs() const { return y_floats() * kh * kw; }
  bool operator==(const DepthwiseShape&) const = default;
};

struct PoolShape {
  int64_t n = 0, h = 0, w = 0, c = 0;
  int64_t kh = 0, kw = 0, sh = 1, sw = 1;
  int64_t pad_top = 0, pad_left = 0;
  int64_t oh = 0, ow = 0;

  int64_t x_floats() const { return n * h * w * c; }
  int64_t y_floats() const { return n * oh * ow * c; }
  bool operator==(const PoolShape&) const = default;
};

struct DenseShape {
  int64_t n = 0, inputs = 0, units = 0;
  bool operator==(const DenseShape&) const = default;
};

}  // namespace fer::kernels
