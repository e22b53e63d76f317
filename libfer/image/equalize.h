// Histogram equalisation, as a table from old to new values.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace fer::image {

using PixelTable = std::array<uint8_t, 256>;

// What equalize_histogram (fer/image.h) makes of each value of one channel of pixels [..., channels].
PixelTable equalizing_table(std::span<const uint8_t> pixels, int64_t channels, int64_t channel);

}  // namespace fer::image
