// Shapes of convolutions and pools under the paddings that networks can ask for.
#pragma once

#include <string>
#include <vector>

#include "fmt/format.h"
#include "kernels/shapes.h"
#include "network/geometry.h"

namespace fer::testing {

inline std::vector<Padding> all_paddings() {
  return {Padding::valid(), Padding::same(), Padding::on_each_side(1), Padding::on_each_side(2)};
}

struct ConvCase {
  int64_t n = 1, h = 5, w = 5, ci = 1, co = 1;
  Pair kernel = {3, 3}, strides = {1, 1};
  Padding padding = Padding::valid();
  Pair dilation = {1, 1};
  int64_t groups = 1;  // of convolutions; divides ci and co
};

// oh or ow are 0 where the kernel does not fit.
inline kernels::ConvShape conv_shape(const ConvCase& c) {
  const Window at = window({c.h, c.w, c.ci}, dilated(c.kernel, c.dilation), c.strides, c.padding);
  return {.n = c.n,
          .h = c.h,
          .w = c.w,
          .ci = c.ci,
          .co = c.co,
          .kh = c.kernel[0],
          .kw = c.kernel[1],
          .sh = c.strides[0],
          .sw = c.strides[1],
          .pad_top = at.pad_top,
          .pad_left = at.pad_left,
          .oh = at.out_h,
          .ow = at.out_w,
          .dilation_h = c.dilation[0],
          .dilation_w = c.dilation[1],
          .groups = c.groups};
}

inline kernels::PoolShape pool_shape(const ConvCase& c) {
  const kernels::ConvShape s = conv_shape(c);
  return {.n = s.n,
          .h = s.h,
          .w = s.w,
          .c = s.ci,
          .kh = s.kh,
          .kw = s.kw,
          .sh = s.sh,
          .sw = s.sw,
          .pad_top = s.pad_top,
          .pad_left = s.pad_left,
          .oh = s.oh,
          .ow = s.ow};
}

inline std::string to_string(const kernels::ConvShape& s) {
  return fmt::format(
      "x [{}, {}, {}, {}], kernel [{}, {}], co {}, strides [{}, {}], padding [{}, {}], dilation [{}, {}], groups {}, "
      "y [{}, {}]",
      s.n, s.h, s.w, s.ci, s.kh, s.kw, s.co, s.sh, s.sw, s.pad_top, s.pad_left, s.dilation_h, s.dilation_w, s.groups,
      s.oh, s.ow);
}

inline std::string to_string(const kernels::PoolShape& s) {
  return fmt::format("x [{}, {}, {}, {}], pool [{}, {}], strides [{}, {}], padding [{}, {}], y [{}, {}]", s.n, s.h, s.w,
                     s.c, s.kh, s.kw, s.sh, s.sw, s.pad_top, s.pad_left, s.oh, s.ow);
}

}  // namespace fer::testing
