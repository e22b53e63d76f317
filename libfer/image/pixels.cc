#include "image/pixels.h"

#include <algorithm>
#include <cmath>

#include "core/assert.h"
#include "core/parallel.h"

namespace fer::image {
namespace {

constexpr int64_t kGrain = 16384;  // less is not worth another thread

}  // namespace

void pixels_to_floats(std::span<const uint8_t> pixels, float scale, float shift, std::span<float> out) {
  FER_ASSERT(pixels.size() == out.size());
  parallel_ranges(static_cast<int64_t>(out.size()), kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) out[i] = static_cast<float>(pixels[i]) * scale + shift;
  });
}

void standardize(std::span<float> values) {
  const auto n = static_cast<double>(values.size());
  double sum = 0, squares = 0;
  for (const float value : values) sum += static_cast<double>(value);
  const double mean = sum / n;
  for (const float value : values) {
    const double difference = static_cast<double>(value) - mean;
    squares += difference * difference;
  }
  const double deviation = std::max(std::sqrt(squares / n), 1 / std::sqrt(n));
  for (float& value : values) value = static_cast<float>((static_cast<double>(value) - mean) / deviation);
}

}  // namespace fer::image
