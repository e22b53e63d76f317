// Grey values and sizes as OpenCV has them, to the byte.
#pragma once

#include <cstdint>
#include <vector>

#include "fer/image.h"

namespace fer::cascade {

// A grey picture: rows one after another.
struct Grey {
  int width = 0, height = 0;
  std::vector<uint8_t> pixels;

  const uint8_t* row(int y) const { return pixels.data() + static_cast<size_t>(y) * static_cast<size_t>(width); }
  uint8_t* row(int y) { return pixels.data() + static_cast<size_t>(y) * static_cast<size_t>(width); }
};

// Grey as cvtColor makes it: (9798 R + 19235 G + 3735 B + 2^14) / 2^15. Throws Error where the picture is none.
Grey grey_of(const Image& picture);

// Resized as by OpenCV's INTER_LINEAR_EXACT: half-pixel centres, shares of a pixel in 256ths, edges repeated.
Grey resized_exactly(const Grey& picture, int width, int height);

// Rounded to the nearest whole number, a half to the even one, as cvRound.
int rounded(double value);

}  // namespace fer::cascade
