#include <gtest/gtest.h>

#include "fer/network.h"
#include "fer/weights.h"
#include "tests/support/message.h"

namespace fer {
namespace {

Network pooled() {
  Network network({8, 6, 1}, {"a", "b"});
  network.name = "pooled";
  return network.add(Conv2D{.filters = 4}, "conv").add(GlobalMaxPool2D{}, "pool").add(Dense{.units = 2}, "fc");
}

TEST(WithInputSize, AGlobalPoolTakesMapsOfAnySize) {
  const Network larger = with_input_size(pooled(), {20, 31});
  EXPECT_EQ(larger.input, Shape({20, 31, 1}));
  EXPECT_EQ(larger.layers, pooled().layers);
  EXPECT_EQ(larger.class_names, pooled().class_names);
  EXPECT_EQ(parameter_layout(larger).total_floats, parameter_layout(pooled()).total_floats);
}

TEST(WithInputSize, ItsOwnSizeIsTakenByEveryNetwork) {
  Network network({8, 6, 1}, {"a", "b"});
  network.add(Flatten{}).add(Dense{.units = 2});
  EXPECT_EQ(with_input_size(network, {8, 6}), network);
}

TEST(WithInputSize, LayersThatDependOnTheSizeAreNamed) {
  const auto refusal = [](Network network) { return message_of([&] { with_input_size(std::move(network), {9, 6}); }); };
  Network flat({8, 6, 1}, {"a", "b"});
  flat.name = "flat";
  flat.add(Flatten{}, "unroll").add(Dense{.units = 5}, "fc1").add(Dense{.units = 2}, "fc2");
  EXPECT_EQ(
      refusal(flat),
      "network flat at input [9, 6, 1]: layer 'fc1': fc1/kernel: expected [48, 5] for every size of picture, found "
      "[54, 5]: layer 'unroll' makes more values of larger maps, a global pool does not");
  Network slopes({8, 6, 1}, {"a", "b"});
  slopes.name = "slopes";
  slopes.add(PRelu{.shared = false}, "prelu").add(GlobalMaxPool2D{}).add(Dense{.units = 2});
  EXPECT_EQ(refusal(slopes),
            "network slopes at input [9, 6, 1]: layer 'prelu': prelu/alpha: expected [8, 6, 1] for every size of "
            "picture, found [9, 6, 1]");
  Network shaped({8, 6, 1}, {"a", "b"});
  shaped.add(Reshape{.shape = Shape({48})}, "shape").add(Dense{.units = 2});
  expect_contains(refusal(shaped), "layer 'shape': shape [48]: expected the input's 54 values");
  Network outputs({2, 1, 1}, {});
  outputs.name = "outputs";
  outputs.add(Flatten{});
  EXPECT_EQ(refusal(outputs), "network outputs at input [9, 6, 1]: expected 2 outputs, found 54");
  expect_contains(message_of([] { with_input_size(pooled(), {1, 6}); }), "layer 'conv': kernel [3, 3]");
}

}  // namespace
}  // namespace fer
