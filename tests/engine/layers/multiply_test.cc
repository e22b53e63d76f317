#include "tests/engine/layers/check_layer.h"

namespace fer::testing {
namespace {

Network gate_branches(size_t inputs) {
  Network network({4, 3, 2});
  std::vector<std::string> names;
  for (size_t i = 0; i < inputs; ++i) {
    names.push_back("branch" + std::to_string(i));
    network.add(Conv2D{.filters = 2, .kernel = {1, 1}}, names.back(), {"input"});
  }
  network.add(Multiply{}, "layer", names).add(Flatten{});
  network.add(Dense{.units = 3, .activation = Activation::kSoftmax}, "after");
  return network;
}

TEST(MultiplyLayer, FulfilsWhatEveryLayerFulfils) {
  check_layer(gate_branches(2), 2310);
  check_layer(gate_branches(3), 2311);
}

// Squeeze and excite: a number for each channel, which may stand before or after the image.
TEST(MultiplyLayer, FulfilsItAsAGate) {
  for (const bool gate_first : {false, true}) {
    Network network({4, 3, 2});
    network.add(Conv2D{.filters = 3, .kernel = {1, 1}}, "image").add(GlobalAveragePool2D{}, "mean");
    network.add(Dense{.units = 3, .activation = Activation::kSigmoid}, "gate");
    network.add(Multiply{}, "product",
                gate_first ? std::vector<std::string>{"gate", "image"} : std::vector<std::string>{"image", "gate"});
    network.add(Flatten{}).add(Dense{.units = 3, .activation = Activation::kSoftmax}, "after");
    check_layer(network, 2312);
  }
}

}  // namespace
}  // namespace fer::testing
