// Turns a model in floats into one that computes in 8-bit integers: a quarter of the size, and faster for single
// pictures (docs/inference.md).
#pragma once

#include <cstdint>
#include <span>

#include "fer/export.h"
#include "fer/model.h"

namespace FER_PUBLIC fer {

// Quantises every convolution (of one group, not depthwise) and dense layer whose sums fit 32 bits, but not the first,
// which sees the picture itself, and not the last, which gives the probabilities. Kernels are rounded to 8 bits per
// weight, with one scale per output channel (largest magnitude / 127). The range of a layer's input is the one seen on
// the pictures, except for a share of 1e-5 at either end, which is cut off. Jacob et al. 2018, "Quantization and
// Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference".
//
// pictures [n, picture]: 8-bit pixels like those that the model is for; a few hundred are enough. Throws Error where
// there are none, their sizes are not the network's, or the model is in 8-bit integers already.
Model quantize_int8(Model model, std::span<const uint8_t> pictures);

}  // namespace fer
