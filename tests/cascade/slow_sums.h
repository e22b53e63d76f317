// Sums of rectangles by loops over all pixels of a picture, which anyone can check by eye.
#pragma once

#include <algorithm>

#include "cascade/scan/grey.h"
#include "fer/cascade.h"

namespace fer {

// Whether the pixel (x, y), relative to the window, belongs to the rectangle. Tilted: along its sides go the lines of
// equal x + y and of equal y - x; its topmost pixel is (r.x - 1, r.y).
inline bool holds(const HaarRectangle& r, bool tilted, int x, int y) {
  const int dx = x - r.x, dy = y - r.y;
  if (!tilted) return dx >= 0 && dx < r.width && dy >= 0 && dy < r.height;
  const int right = dx + dy + 1, left = dy - dx - 1;
  return right >= 0 && right < 2 * r.width && left >= 0 && left < 2 * r.height;
}

inline int slow_sum(const cascade::Grey& g, int left, int top, const HaarRectangle& r, bool tilted) {
  int sum = 0;
  // (Within the square that holds the rectangle, tilted or not.)
  for (int y = top + r.y; y < std::min(top + r.y + r.width + r.height, g.height); ++y) {
    for (int x = std::max(left + r.x - r.height, 0); x < std::min(left + r.x + r.width, g.width); ++x) {
      if (holds(r, tilted, x - left, y - top)) sum += g.row(y)[x];
    }
  }
  return sum;
}

}  // namespace fer
