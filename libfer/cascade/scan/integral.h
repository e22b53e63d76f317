// Integral images: the sum of all pixels above and to the left of each point, in 32 bits. Sums of large pictures go
// round 2^32; differences of four of them, which is what they are for, are right all the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cascade/scan/grey.h"
#include "fer/cascade.h"

namespace fer::cascade {

// Where the sum of the point (x, y) lies: y * stride + column(x). With a step of 2, every other window of a row is
// asked, so that even and odd columns are kept apart: then neighbouring windows find the same corner side by side.
struct IntegralLayout {
  int step = 1;                   // 1 or 2
  size_t stride = 0, odd_at = 0;  // of a row; with step 2, where its odd columns begin

  size_t column(int x) const {
    if (step == 1) return static_cast<size_t>(x);
    return static_cast<size_t>(x / 2) + (x % 2 == 0 ? 0 : odd_at);
  }
  size_t offset(int x, int y) const { return static_cast<size_t>(y) * stride + column(x); }
};

// For pictures of up to `width`. Rows end in some cells of nothing, so that a vector may reach beyond the last window.
IntegralLayout integral_layout(int width, int step);

struct Integral {
  IntegralLayout layout;
  std::vector<uint32_t> sum, squares;  // of (x, y) with 0 <= x <= width, 0 <= y <= height
  // Of the triangle above (x, y) with a right angle there, whose legs rise to both sides by 45 degrees: all pixels
  // (i, j) with j < y and |i - x + 1| <= y - j - 1 (Lienhart and Maydt's RSAT). Empty where not asked for.
  std::vector<uint32_t> tilted;
};

Integral integral_of(const Grey& picture, const IntegralLayout& layout, bool with_tilted);

// The four corners of a rectangle as offsets: its sum is s[0] - s[1] - s[2] + s[3].
struct Corners {
  int32_t at[4] = {0, 0, 0, 0};
};
Corners corners_of(const HaarRectangle& rectangle, bool tilted, const IntegralLayout& layout);

inline int32_t sum_of(const uint32_t* window, const Corners& c) {
  return static_cast<int32_t>(window[c.at[0]] - window[c.at[1]] - window[c.at[2]] + window[c.at[3]]);
}

// The window without its outermost pixels, over which brightness is measured.
HaarRectangle inner_window(int width, int height);

// What feature sums are multiplied by: 1 / (area * standard deviation) of the inner window, 1 where all its pixels are
// equal. Below 10 grey levels of standard deviation, `flat` becomes true: the detector takes no such window.
float brightness_factor(const uint32_t* sum, const uint32_t* squares, const Corners& inner, double area, bool& flat);

}  // namespace fer::cascade
