#include "train/step/frozen_layers.h"

#include <gtest/gtest.h>

#include "tests/train/small_run.h"

namespace fer::train {
namespace {

using Names = std::vector<std::string>;

// conv1, bn1, pool, conv2, bn2, flatten, dense
Network two_blocks() {
  Network net({12, 12, 1}, {"top", "middle", "bottom"});
  for (const char* number : {"1", "2"}) {
    net.add(Conv2D{.filters = 4, .activation = Activation::kRelu}, std::string("conv") + number);
    net.add(BatchNorm{}, std::string("bn") + number);
    if (*number == '1') net.add(MaxPool2D{}, "pool");
  }
  return net.add(Flatten{}, "flatten").add(Dense{.units = 3, .activation = Activation::kSoftmax}, "dense");
}

Names names_of(const Names& freeze) {
  const Network network = two_blocks();
  const std::vector<bool> frozen = frozen_layers(freeze, network);
  Names names;
  for (size_t i = 0; i < frozen.size(); ++i) {
    if (frozen[i]) names.push_back(network.layers[i].name);
  }
  return names;
}

TEST(FrozenLayers, AreNamedByNamePatternRangeAndCount) {
  EXPECT_TRUE(frozen_layers({}, two_blocks()).empty());
  EXPECT_EQ(names_of({"conv1"}), (Names{"conv1"}));
  EXPECT_EQ(names_of({"conv*"}), (Names{"conv1", "conv2"}));
  EXPECT_EQ(names_of({"*n2"}), (Names{"bn2"}));
  EXPECT_EQ(names_of({"c*2", "bn1"}), (Names{"bn1", "conv2"}));
  EXPECT_EQ(names_of({"conv1..conv2"}), (Names{"conv1", "bn1", "conv2"})) << "all layers between";
  EXPECT_EQ(names_of({"conv1..pool"}), (Names{"conv1", "bn1"}));
  EXPECT_EQ(names_of({"3"}), (Names{"conv1", "bn1", "conv2"})) << "the first ones that have weights";
  EXPECT_EQ(names_of({"conv1", "conv1", "1"}), (Names{"conv1"}));
}

TEST(FrozenLayers, ALayerMayHaveANumberForAName) {
  Network net = two_blocks();
  net.layers[3].name = "2";
  const std::vector<bool> frozen = frozen_layers({"2"}, net);
  EXPECT_TRUE(frozen[3]);
  EXPECT_FALSE(frozen[0]);
}

TEST(FrozenLayers, AnEntryIsOfALayerWithWeights) {
  for (const char* bad : {"conv9", "x*", "pool", "", "0", "-1", "conv2..conv1", "conv1..", "..conv2", "1.5", "conv"}) {
    EXPECT_EQ(message_of([&] {
                names_of({"conv1", bad});
              }),
              "freeze: expected names of layers with weights (conv1, bn1, conv2, bn2, dense), a pattern as conv*, a "
              "range as A..B in their order or a count of the first ones, found \"" +
                  std::string(bad) + "\"");
  }
  EXPECT_EQ(message_of([] { names_of({"*"}); }),
            "freeze: expected a layer with weights that is left to train, found all frozen");
  EXPECT_NE(message_of([] { names_of({"99"}); }), "") << "all of them";
}

TEST(FrozenLayers, AreFrozenBeforeTheirEpoch) {
  TrainConfig config{.freeze = {"conv1"}};
  EXPECT_TRUE(freezes_in_step(config, 1000, 9));
  EXPECT_EQ(first_trained_steps(config, two_blocks(), 9)[3], 0);
  EXPECT_GT(first_trained_steps(config, two_blocks(), 9)[0], int64_t{1} << 60);
  config.unfreeze_at = 3;
  EXPECT_TRUE(freezes_in_step(config, 17, 9));
  EXPECT_FALSE(freezes_in_step(config, 18, 9));
  EXPECT_EQ(first_trained_steps(config, two_blocks(), 9)[0], 18);
  EXPECT_FALSE(freezes_in_step({}, 0, 9));
}

TEST(FrozenLayers, AreSaid) {
  TrainConfig config{.freeze = {"conv1..conv2"}, .unfreeze_at = 3};
  const Names remarks = freezing_remarks(config, two_blocks(), 5);
  ASSERT_EQ(remarks.size(), 2u);
  EXPECT_TRUE(remarks[0].starts_with("frozen before epoch 3: conv1, bn1, conv2 (3 of 5 layers with weights)"))
      << remarks[0];
  EXPECT_NE(remarks[1].find("go on learning: bn2;"), std::string::npos) << remarks[1];
  EXPECT_NE(freezing_remarks(config, two_blocks(), 2)[1].find("epoch 3 of 2"), std::string::npos);
  EXPECT_TRUE(freezing_remarks({}, two_blocks(), 2).empty());
}

}  // namespace
}  // namespace fer::train
