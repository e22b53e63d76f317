#include "image/equalize.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fer/error.h"
#include "fer/image.h"

namespace fer {
namespace image {

// OpenCV's arithmetic: the table is in single precision, a half is rounded to even, and the darkest value that occurs
// becomes 0. A picture of one value stays as it is.
PixelTable equalizing_table(std::span<const uint8_t> pixels, int64_t channels, int64_t channel) {
  std::array<int64_t, 256> counts = {};
  for (auto i = static_cast<size_t>(channel); i < pixels.size(); i += static_cast<size_t>(channels)) {
    ++counts[pixels[i]];
  }
  const auto total = static_cast<int64_t>(pixels.size()) / channels;
  PixelTable table = {};
  size_t value = 0;
  while (value < 255 && counts[value] == 0) ++value;
  if (counts[value] == total) {
    table[value] = static_cast<uint8_t>(value);
    return table;
  }
  const float step = 255.0f / static_cast<float>(total - counts[value]);
  int64_t below = 0;
  for (++value; value < 256; ++value) {
    below += counts[value];
    table[value] = static_cast<uint8_t>(std::clamp(std::nearbyint(static_cast<float>(below) * step), 0.0f, 255.0f));
  }
  return table;
}

}  // namespace image

void equalize_histogram(std::span<uint8_t> pixels, int64_t channels) {
  if (channels < 1 || pixels.size() % static_cast<size_t>(channels) != 0) {
    throw Error(
        fmt::format("equalize_histogram: expected pixels of {} bytes, found {} bytes", channels, pixels.size()));
  }
  for (int64_t channel = 0; channel < channels && !pixels.empty(); ++channel) {
    const image::PixelTable table = image::equalizing_table(pixels, channels, channel);
    for (auto i = static_cast<size_t>(channel); i < pixels.size(); i += static_cast<size_t>(channels)) {
      pixels[i] = table[pixels[i]];
    }
  }
}

}  // namespace fer
