// What shape inference finds out about a whole network, and what is refused.
#include <gtest/gtest.h>

#include "fer/network.h"
#include "tests/support/message.h"

namespace fer {
namespace {

TEST(Infer, CountsParametersAndMultiplyAddsByHand) {
  Network network({4, 4, 2});
  network.add(Conv2D{.filters = 3, .kernel = {3, 2}}, "conv")
      .add(BatchNorm{}, "bn")
      .add(Flatten{}, "flat")
      .add(Dense{.units = 5, .bias = false}, "fc");
  const std::vector<LayerInfo> infos = infer(network);
  EXPECT_EQ(infos[0].output, (Shape{2, 3, 3}));
  EXPECT_EQ(infos[0].params, 3 * 2 * 2 * 3 + 3);
  EXPECT_EQ(infos[0].macs, 2 * 3 * 3 * (3 * 2 * 2));
  EXPECT_EQ(infos[1].params, 12);
  EXPECT_EQ(infos[1].trainable, 6);
  EXPECT_EQ(infos[3].params, 18 * 5);
  EXPECT_EQ(infos[3].macs, 18 * 5);
  EXPECT_EQ(totals(network).params, 39 + 12 + 90);
  EXPECT_EQ(class_count(network), 5);
}

TEST(Infer, FrozenLayersTrainNothing) {
  Network network({4, 4, 2});
  network.add(Conv2D{.filters = 3}).add(BatchNorm{});
  for (Layer& layer : network.layers) layer.frozen = true;
  EXPECT_EQ(totals(network).trainable, 0);
  EXPECT_GT(totals(network).params, 0);
}

TEST(Infer, FollowsTheEdgesOfAGraph) {
  Network network({8, 8, 3});
  network.add(Conv2D{.filters = 3, .padding = Padding::same()}, "left")
      .add(Conv2D{.filters = 3, .padding = Padding::same()}, "right", {"input"})
      .add(Add{}, "sum", {"left", "right", "input"});
  const std::vector<LayerInfo> infos = infer(network);
  EXPECT_EQ(infos[0].inputs, (std::vector<int>{-1}));
  EXPECT_EQ(infos[1].inputs, (std::vector<int>{-1}));
  EXPECT_EQ(infos[2].inputs, (std::vector<int>{0, 1, -1}));
}

TEST(Infer, RefusesEdgesThatLeadNowhere) {
  Network network({4, 4, 1});
  network.add(Flatten{}, "flat", {"later"}).add(Flatten{}, "later");
  EXPECT_EQ(message_of([&] { infer(network); }),
            "layer 'flat': inputs: expected earlier layers or 'input', found 'later'");
  network.layers[0].inputs = {"flat"};
  expect_contains(message_of([&] { infer(network); }), "found 'flat'");
  network.layers[0].inputs = {""};
  expect_contains(message_of([&] { infer(network); }), "found no name");
  network.layers[0].inputs = {"input", "input"};
  expect_contains(message_of([&] { infer(network); }), "inputs: expected one for flatten, found 2");
}

TEST(Infer, RefusesALayerThatNobodyReads) {
  Network network({4, 4, 1});
  network.add(Flatten{}, "dead").add(Flatten{}, "flat", {"input"});
  EXPECT_EQ(message_of([&] { infer(network); }),
            "layer 'dead': expected a later layer that takes its output, found none");
}

TEST(Infer, RefusesBadNames) {
  Network network({4, 4, 1});
  network.add(Flatten{}, "a").add(Flatten{}, "a");
  expect_contains(message_of([&] { infer(network); }), "layer 'a': name: expected one that no earlier layer has");
  network.layers[1].name = "input";
  expect_contains(message_of([&] { infer(network); }), "'input' is the network's input");
  network.layers[1].name = "two\nlines";
  expect_contains(message_of([&] { infer(network); }), "layer 2: name");
  network.layers[1].name = std::string(129, 'x');
  expect_contains(message_of([&] { infer(network); }), "layer 2: name: expected 1 to 128 bytes");
  network.layers[1].name = "";
  expect_contains(message_of([&] { infer(network); }), "layer 2: name");
}

TEST(Infer, RefusesBadInputsAndNoLayers) {
  Network network({4, 4, 1});
  expect_contains(message_of([&] { infer(network); }), "expected one layer or more, found none");
  network.add(Flatten{});
  network.input = {4, 4};
  expect_contains(message_of([&] { infer(network); }), "input: expected [height, width, channels], found [4, 4]");
  network.input = {4, 0, 1};
  expect_contains(message_of([&] { infer(network); }), "input: expected extents of 1 to");
}

TEST(Infer, ClassNamesMustBeAsManyAsOutputsAndDiffer) {
  Network network({2, 2, 1}, {"a", "b", "c"});
  network.add(Flatten{}, "flat");
  EXPECT_EQ(message_of([&] { infer(network); }), "layer 'flat': class names: expected 4, one for each output, found 3");
  network.class_names = {"a", "b", "c", "a"};
  expect_contains(message_of([&] { infer(network); }), "class_names: expected each name once, found 'a' twice");
  network.class_names.back() = "d";
  EXPECT_EQ(infer(network).size(), 1u);
}

TEST(Infer, ClassCountWantsAVector) {
  Network network({4, 4, 1});
  network.add(MaxPool2D{}, "pool");
  expect_contains(message_of([&] { class_count(network); }), "layer 'pool': expected a last output of rank 1");
}

}  // namespace
}  // namespace fer
