#include "train/run/best_weights.h"

#include <gtest/gtest.h>

#include "tests/train/small_run.h"

namespace fer::train {
namespace {

Model first_model(uint64_t seed) { return {small_network(), initialize(small_network(), seed), {}}; }

TEST(BestWeights, ComeBackFromMemoryAndFromAFile) {
  const ScratchFolder folder;
  for (const std::string& path : {std::string(), folder / "best.safetensors"}) {
    BestWeights best(path);
    Model model = first_model(1);
    const Model kept = model;
    best.keep(model, model.weights.values);
    EXPECT_TRUE(same_weights(model, kept)) << "keeping changes nothing";
    model = first_model(2);
    best.restore(model);
    EXPECT_TRUE(same_weights(model, kept)) << path;
  }
}

// Of an average: the model that is kept has its values, the one that trains keeps its own.
TEST(BestWeights, MayBeOthersThanTheModels) {
  const ScratchFolder folder;
  BestWeights best(folder / "best.safetensors");
  Model model = first_model(1);
  Tensor average = first_model(3).weights.values;
  best.keep(model, average);
  EXPECT_TRUE(same_weights(model, first_model(1)));
  EXPECT_TRUE(same_bits(average.values(), first_model(3).weights.values.values()));
  EXPECT_TRUE(same_weights(load_model(folder / "best.safetensors"), first_model(3)));
}

TEST(BestWeights, OfAnotherNetworkAreRefused) {
  const ScratchFolder folder;
  BestWeights best(folder / "best.safetensors");
  Model model = first_model(1);
  best.keep(model, model.weights.values);
  model.network.layers[0].frozen = true;
  EXPECT_EQ(message_of([&] { best.restore(model); }),
            (folder / "best.safetensors") + ": expected the network of this run, found another");
}

}  // namespace
}  // namespace fer::train
