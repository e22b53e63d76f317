// The layers of the networks that kernels are measured on, with the shapes that inference finds.
#pragma once

#include <string>
#include <vector>

#include "fer/network.h"
#include "kernels/shapes.h"

namespace fer::bench {

struct BenchLayer {
  std::string network, name;
  LayerKind kind;
  Shape input, output;
};

// seed002_vgg8's and seed000_cnn48's.
const std::vector<BenchLayer>& bench_layers();

// "conv4" of seed002_vgg8: "seed002_vgg8/conv4".
std::string full_name(const BenchLayer& layer);

// A convolution's or dense layer's.
bool has_kernel(const BenchLayer& layer);
kernels::ConvShape conv_shape_of(const BenchLayer& layer, int64_t n);

}  // namespace fer::bench
