#include "data/pixel_moments.h"

#include <array>
#include <cmath>
#include <mutex>
#include <vector>

#include "core/assert.h"
#include "core/parallel.h"
#include "fer/image.h"

namespace fer::data {
namespace {

using Counts = std::array<int64_t, 256>;  // of each value

// Whole numbers: their sum does not depend on the order.
Counts counts_of(const Dataset& data, std::span<const int64_t> rows, const PictureShape& shape, bool equalize) {
  Counts counts = {};
  std::mutex mutex;
  parallel_ranges(static_cast<int64_t>(rows.size()), 64, [&](int64_t begin, int64_t end) {
    Counts own = {};
    std::vector<uint8_t> picture(static_cast<size_t>(shape.height * shape.width * shape.channels));
    for (int64_t i = begin; i < end; ++i) {
      copy_fitted(data, rows[static_cast<size_t>(i)], shape.height, shape.width, shape.channels, picture);
      if (equalize) equalize_histogram(picture, shape.channels);
      for (const uint8_t pixel : picture) ++own[pixel];
    }
    const std::lock_guard lock(mutex);
    for (size_t value = 0; value < own.size(); ++value) counts[value] += own[value];
  });
  return counts;
}

}  // namespace

PixelMoments pixel_moments(const Dataset& data, std::span<const int64_t> rows, const PictureShape& shape,
                           bool equalize) {
  FER_ASSERT(!rows.empty() && !data.has_values());
  const Counts counts = counts_of(data, rows, shape, equalize);
  double n = 0, sum = 0, squares = 0;
  for (size_t value = 0; value < counts.size(); ++value) {
    n += static_cast<double>(counts[value]);
    sum += static_cast<double>(counts[value]) * static_cast<double>(value);
  }
  const double mean = sum / n;
  for (size_t value = 0; value < counts.size(); ++value) {
    const double difference = static_cast<double>(value) - mean;
    squares += static_cast<double>(counts[value]) * difference * difference;
  }
  return {.mean = mean, .deviation = std::sqrt(squares / n)};
}

}  // namespace fer::data
