// An untrained network with one of most things in it, on pictures of 5 x 4 x 2.
#pragma once

#include "core/random.h"
#include "fer/model.h"

namespace fer {

inline Model small_model() {
  Network net({5, 4, 2}, {"a", "b", "c"});
  net.add(Conv2D{.filters = 5, .padding = Padding::same(), .activation = Activation::kRelu});
  net.add(BatchNorm{});
  net.add(MaxPool2D{});
  net.add(Flatten{});
  net.add(Dense{.units = 3, .activation = Activation::kSoftmax});
  Weights weights = initialize(net, 11);
  return {std::move(net), std::move(weights), {}};
}

inline std::vector<uint8_t> small_pictures(int64_t n) {
  std::vector<uint8_t> pixels(n * 40);
  const RandomStream stream{.seed = 3, .use = RandomUse::kSynthetic};
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<uint8_t>(256 * random_unit(stream, i));
  return pixels;
}

}  // namespace fer
