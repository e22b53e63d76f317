#include "train/step/layer_rates.h"

#include <gtest/gtest.h>

#include "tests/train/small_run.h"

namespace fer::train {
namespace {

std::vector<float> rates_of(const std::vector<LayerRate>& multipliers, bool frozen_dense = false) {
  Network network = small_network();  // conv, bn, dropout, flatten, dense
  network.layers[4].frozen = frozen_dense;
  return layer_rates(multipliers, network);
}

TEST(LayerRates, AreOneButForLayersThatAreNamed) {
  EXPECT_TRUE(rates_of({}).empty());
  EXPECT_EQ(rates_of({{"bn", 0.5}}), (std::vector<float>{1, 0.5f, 1, 1, 1}));
}

TEST(LayerRates, AStarIsForAllThatBeginSoAndTheLongerBeginningWins) {
  const std::vector<float> expected = {0.25f, 0.5f, 1, 1, 2};
  EXPECT_EQ(rates_of({{"*", 0.5}, {"c*", 0.25}, {"dense", 2}, {"d*", 3}})[0], expected[0]);
  EXPECT_EQ(rates_of({{"*", 0.5}, {"c*", 0.25}, {"dense", 2}, {"d*", 3}})[1], expected[1]);
  EXPECT_EQ(rates_of({{"*", 0.5}, {"c*", 0.25}, {"dense", 2}, {"d*", 3}})[4], expected[4]);
  EXPECT_EQ(rates_of({{"dense", 2}, {"*", 0.5}}), rates_of({{"*", 0.5}, {"dense", 2}}));
}

TEST(LayerRates, AnEntryIsOfALayerThatIsTrained) {
  for (const char* name : {"conv9", "x*", "flatten", ""}) {
    EXPECT_NE(message_of([&] {
                rates_of({{name, 0.5}});
              }).find(std::string("found \"") + name + "\""),
              std::string::npos)
        << name;
  }
  EXPECT_NE(message_of([&] { rates_of({{"dense", 0.5}}, true); }), "") << "it is frozen";
  TrainConfig config = small_config();
  config.learning_rate_multipliers = {{"conv9", 0.5}};
  EXPECT_EQ(message_of([&] { Trainer(small_network(), config); }),
            "learning_rate_multipliers: expected names of layers with weights that are trained, found \"conv9\"");
}

}  // namespace
}  // namespace fer::train
