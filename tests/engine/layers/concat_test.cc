#include "tests/engine/layers/check_layer.h"

namespace fer::testing {
namespace {

Network concat_branches(size_t inputs) {
  Network network({4, 3, 2});
  std::vector<std::string> names;
  for (size_t i = 0; i < inputs; ++i) {
    names.push_back("branch" + std::to_string(i));
    network.add(Conv2D{.filters = 2, .kernel = {1, 1}}, names.back(), {"input"});
  }
  network.add(Concat{}, "layer", names).add(Flatten{});
  network.add(Dense{.units = 3, .activation = Activation::kSoftmax}, "after");
  return network;
}

TEST(ConcatLayer, FulfilsWhatEveryLayerFulfils) {
  check_layer(concat_branches(1), 2320);
  check_layer(concat_branches(3), 2321);
}

}  // namespace
}  // namespace fer::testing
