#include <gtest/gtest.h>

#include "fer/network.h"
#include "tests/support/message.h"

namespace fer {
namespace {

Network small(const std::vector<std::string>& classes) {
  Network network({8, 8, 1}, classes);
  network.name = "small";
  return network.add(Conv2D{.filters = 4}, "conv");
}

TEST(WithClasses, AsManyAsBeforeChangeNamesAlone) {
  Network network = small({"a", "b"});
  network.add(Flatten{}).add(Dense{.units = 2}, "fc");
  const Network renamed = with_classes(network, {"c", "d"});
  EXPECT_EQ(renamed.class_names, (std::vector<std::string>{"c", "d"}));
  EXPECT_EQ(renamed.layers, network.layers);
}

TEST(WithClasses, OthersGoToTheLastDenseLayer) {
  Network network = small({"a", "b"});
  network.add(Flatten{}).add(Dense{.units = 2}, "fc").add(ActivationLayer{Activation::kSoftmax});
  const Network three = with_classes(network, {"a", "b", "c"});
  EXPECT_EQ(std::get<Dense>(three.layers[2].kind).units, 3);
  EXPECT_EQ(class_count(three), 3);
}

TEST(WithClasses, OrToTheConvolutionBeforeAGlobalPool) {
  Network network = small({"a", "b"});
  network.add(Conv2D{.filters = 2}, "last").add(BatchNorm{}).add(Dropout{0.5f}).add(GlobalAveragePool2D{});
  const Network five = with_classes(network, {"a", "b", "c", "d", "e"});
  EXPECT_EQ(std::get<Conv2D>(five.layers[1].kind).filters, 5);
  EXPECT_EQ(class_count(five), 5);
}

TEST(WithClasses, ALayerThatMixesChannelsIsRefused) {
  Network network = small({});
  network.add(Flatten{}, "flat");
  EXPECT_EQ(
      message_of([&] {
        with_classes(network, {"a", "b"});
      }),
      "network small: cannot be given 2 outputs: expected it to end in a dense layer or a convolution, found flat");
}

}  // namespace
}  // namespace fer
