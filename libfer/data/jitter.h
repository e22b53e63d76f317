// Random changes of a picture's light, as torchvision's ColorJitter makes them.
#pragma once

#include <cstdint>
#include <span>

#include "core/random.h"
#include "fer/augmentation.h"

namespace fer::data {

// By which factors; 1 changes nothing.
struct Jitter {
  double brightness = 1, contrast = 1;
  bool contrast_first = false;
};

// Draws factors between 1 - x (not below 0) and 1 + x, and their order; with the probability of `ranges`, else none.
// Draws from block 3 of the stream.
Jitter draw_jitter(const Augmentation& ranges, const RandomStream& stream);

// Changes a picture of 1 or 3 channels in place, in units of its bytes. Brightness: value * factor. Contrast: factor *
// value + (1 - factor) * mean, where the mean is that of the picture's grey. Both are clipped to 0 to 255.
void change_light(const Jitter& jitter, int64_t channels, std::span<float> picture);

}  // namespace fer::data
