// Mean and standard deviation of the pixels of a data set.
#pragma once

#include <cstdint>
#include <span>

#include "data/crop.h"
#include "fer/dataset.h"

namespace fer::data {

struct PixelMoments {
  double mean = 0, deviation = 0;  // of pixels of 0 to 255; the deviation is that of the population (divided by n)
};

// Of all channels of the pictures in `rows`, each fitted to `shape` and perhaps equalised. Exact but for the last
// rounding, so the same with any number of threads. Throws Error where a picture cannot be read. Requires rows, which
// are pictures.
PixelMoments pixel_moments(const Dataset& data, std::span<const int64_t> rows, const PictureShape& shape,
                           bool equalize);

}  // namespace fer::data
