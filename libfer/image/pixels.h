// How 8-bit pixels become a network's input: the one place where they do, in training and in every way of asking.
#pragma once

#include <cstdint>
#include <span>

namespace fer::image {

// out = pixel * scale + shift, out is overwritten and as long as pixels. Uses up to num_threads() threads.
void pixels_to_floats(std::span<const uint8_t> pixels, float scale, float shift, std::span<float> out);

}  // namespace fer::image
