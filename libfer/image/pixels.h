// How 8-bit pixels become a network's input: the one place where they do, in training and in every way of asking.
#pragma once

#include <cstdint>
#include <span>

namespace fer::image {

// out = pixel * scale + shift, out is overwritten and as long as pixels. Uses up to num_threads() threads.
void pixels_to_floats(std::span<const uint8_t> pixels, float scale, float shift, std::span<float> out);

// Gives the values of one picture mean 0 and standard deviation 1 in place, as TensorFlow's per_image_standardization
// does: (x - mean) / max(deviation, 1 / sqrt(n)), over all n values of all channels. Sums are taken in double, in one
// order. The result is rounded to float.
void standardize(std::span<float> values);

}  // namespace fer::image
