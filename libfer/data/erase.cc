#include "data/erase.h"

#include <array>

#include "core/assert.h"
#include "data/draws.h"

namespace fer::data {
namespace {

constexpr int64_t kMostChannels = 3;

std::array<float, kMostChannels> means_of(int64_t channels, std::span<const float> picture) {
  FER_ASSERT(channels <= kMostChannels);
  std::array<double, kMostChannels> sums = {};
  for (size_t i = 0; i < picture.size(); i += static_cast<size_t>(channels)) {
    for (int64_t c = 0; c < channels; ++c) sums[static_cast<size_t>(c)] += picture[i + static_cast<size_t>(c)];
  }
  std::array<float, kMostChannels> means = {};
  const double pixels = static_cast<double>(picture.size()) / static_cast<double>(channels);
  for (size_t c = 0; c < means.size(); ++c) means[c] = static_cast<float>(sums[c] / pixels);
  return means;
}

// Calls set(value, channel) for every value of the rectangle, row by row.
template <class Set>
void for_each_value(const Rectangle& r, const PictureShape& s, std::span<float> picture, const Set& set) {
  for (int64_t y = r.top; y < r.top + r.height; ++y) {
    for (int64_t x = r.left; x < r.left + r.width; ++x) {
      float* pixel = &picture[static_cast<size_t>((y * s.width + x) * s.channels)];
      for (int64_t c = 0; c < s.channels; ++c) set(pixel[c], static_cast<size_t>(c));
    }
  }
}

}  // namespace

std::optional<Rectangle> draw_erasing(const Augmentation& ranges, const PictureShape& shape,
                                      const RandomStream& stream) {
  constexpr uint64_t kChanceBlock = 4, kFirstBlock = 32, kAttempts = 10;
  if (ranges.erasing == 0 || !chance(ranges.erasing, random_block(stream, kChanceBlock)[0])) return {};
  const auto area = static_cast<double>(shape.height * shape.width);
  for (uint64_t attempt = 0; attempt < kAttempts; ++attempt) {
    const auto words = random_block(stream, kFirstBlock + attempt);
    const auto [height, width] = draw_sides(area, ranges.erasing_scale, ranges.erasing_ratio, words);
    if (height >= shape.height || width >= shape.width) continue;
    return Rectangle{.top = whole_below(shape.height - height + 1, words[2]),
                     .left = whole_below(shape.width - width + 1, words[3]),
                     .height = height,
                     .width = width};
  }
  return {};
}

void erase(const Augmentation& ranges, const Rectangle& rectangle, const PictureShape& shape,
           const RandomStream& stream, std::span<float> picture) {
  constexpr uint64_t kFirstRandom = 64 * 4;
  switch (ranges.erasing_fill) {
    case ErasingFill::kMean: {
      const auto means = means_of(shape.channels, picture);
      return for_each_value(rectangle, shape, picture, [&](float& value, size_t channel) { value = means[channel]; });
    }
    case ErasingFill::kRandom: {
      uint64_t next = kFirstRandom;
      return for_each_value(rectangle, shape, picture,
                            [&](float& value, size_t) { value = 255 * random_unit(stream, next++); });
    }
    case ErasingFill::kConstant:
      return for_each_value(rectangle, shape, picture,
                            [&](float& value, size_t) { value = static_cast<float>(ranges.erasing_value); });
  }
}

}  // namespace fer::data

namespace fer {

const char* erasing_fill_name(ErasingFill fill) {
  constexpr const char* kNames[] = {"mean", "random", "constant"};
  return kNames[static_cast<size_t>(fill)];
}

}  // namespace fer
