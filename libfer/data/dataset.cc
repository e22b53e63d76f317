#include "fer/dataset.h"

#include <algorithm>
#include <cmath>

#include "core/assert.h"
#include "core/random.h"
#include "fer/error.h"
#include "fer/image.h"

namespace fer {

const char* usage_name(Usage usage) {
  switch (usage) {
    case Usage::kTraining:
      return "Training";
    case Usage::kPublicTest:
      return "PublicTest";
    case Usage::kPrivateTest:
      return "PrivateTest";
    case Usage::kNone:
      break;
  }
  return "none";
}

void copy_picture(const Dataset& data, int64_t i, std::span<uint8_t> out) {
  if (data.has_values()) throw Error("data set: expected pictures, found landmarks");
  FER_ASSERT(static_cast<int64_t>(out.size()) == data.picture_bytes());
  if (data.source) return data.source->read(i, out);
  const std::span<const uint8_t> picture = data.picture(i);
  std::copy(picture.begin(), picture.end(), out.begin());
}

void copy_fitted(const Dataset& data, int64_t i, int64_t height, int64_t width, int64_t channels,
                 std::span<uint8_t> out) {
  if (height == data.height && width == data.width && channels == data.channels) return copy_picture(data, i, out);
  Image image = {data.height, data.width, data.channels,
                 std::vector<uint8_t>(static_cast<size_t>(data.picture_bytes()))};
  copy_picture(data, i, image.pixels);
  const Image result = fitted(image, height, width, channels);
  FER_ASSERT(result.pixels.size() == out.size());
  std::copy(result.pixels.begin(), result.pixels.end(), out.begin());
}

std::vector<int64_t> rows_with_usage(const Dataset& data, Usage usage) {
  std::vector<int64_t> rows;
  for (size_t i = 0; i < data.usage.size(); ++i) {
    const auto row = static_cast<int64_t>(i);
    if (data.usage[i] == usage && data.takes_part(row)) rows.push_back(row);
  }
  return rows;
}

Split random_split(std::span<const int64_t> rows, double validation_share, uint64_t seed) {
  if (!(validation_share >= 0 && validation_share <= 1)) {
    throw Error("validation share, expected a number of 0 to 1, found " + std::to_string(validation_share));
  }
  std::vector<int64_t> order(rows.size());
  random_permutation({.seed = seed, .use = RandomUse::kSplit}, order);
  const auto held_out = static_cast<int64_t>(std::floor(validation_share * static_cast<double>(rows.size()) + 0.5));
  std::vector<bool> validation(rows.size());
  for (int64_t i = 0; i < held_out; ++i) validation[static_cast<size_t>(order[static_cast<size_t>(i)])] = true;
  Split split;
  for (size_t i = 0; i < rows.size(); ++i) (validation[i] ? split.validation : split.train).push_back(rows[i]);
  return split;
}

}  // namespace fer
