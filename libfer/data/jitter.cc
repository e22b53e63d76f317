#include "data/jitter.h"

#include <algorithm>

#include "core/assert.h"
#include "data/draws.h"

namespace fer::data {
namespace {

double draw_factor(double range, uint32_t word) { return between(std::max(0.0, 1 - range), 1 + range, word); }

double mean_of_grey(int64_t channels, std::span<const float> picture) {
  double sum = 0;
  if (channels == 1) {
    for (const float value : picture) sum += value;
    return sum / static_cast<double>(picture.size());
  }
  FER_ASSERT(channels == 3);
  for (size_t i = 0; i < picture.size(); i += 3) {
    sum += 0.299 * picture[i] + 0.587 * picture[i + 1] + 0.114 * picture[i + 2];  // ITU-R BT.601, as fer/image.h has it
  }
  return 3 * sum / static_cast<double>(picture.size());
}

void change_brightness(double factor, std::span<float> picture) {
  if (factor == 1) return;
  const auto f = static_cast<float>(factor);
  for (float& value : picture) value = std::clamp(value * f, 0.0f, 255.0f);
}

void change_contrast(double factor, int64_t channels, std::span<float> picture) {
  if (factor == 1) return;
  const auto f = static_cast<float>(factor), rest = static_cast<float>((1 - factor) * mean_of_grey(channels, picture));
  for (float& value : picture) value = std::clamp(value * f + rest, 0.0f, 255.0f);
}

}  // namespace

Jitter draw_jitter(const Augmentation& ranges, const RandomStream& stream) {
  if (ranges.brightness == 0 && ranges.contrast == 0) return {};
  const auto words = random_block(stream, 3);
  if (!chance(ranges.jitter_probability, words[0])) return {};
  return {.brightness = draw_factor(ranges.brightness, words[1]),
          .contrast = draw_factor(ranges.contrast, words[2]),
          .contrast_first = (words[3] >> 31) != 0};
}

void change_light(const Jitter& jitter, int64_t channels, std::span<float> picture) {
  if (jitter.contrast_first) change_contrast(jitter.contrast, channels, picture);
  change_brightness(jitter.brightness, picture);
  if (!jitter.contrast_first) change_contrast(jitter.contrast, channels, picture);
}

}  // namespace fer::data
