#include "train/config/sizes.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "fer/model_file.h"
#include "tests/train/json_of.h"
#include "tests/train/small_run.h"
#include "train/config/config.h"
#include "train/config/field.h"
#include "train/step/training_batches.h"

namespace fer::train {
namespace {

Network network_for_any_size() {
  Network net({6, 6, 1}, {"top", "middle", "bottom"});
  net.add(Conv2D{.filters = 4, .padding = Padding::same(), .activation = Activation::kRelu}, "conv");
  net.add(BatchNorm{.momentum = 0.9f}, "bn").add(GlobalAveragePool2D{}, "mean").add(Dropout{.rate = 0.25f}, "dropout");
  net.add(Dense{.units = 3, .activation = Activation::kSoftmax}, "dense");
  return net;
}

TrainConfig sized_config(std::string out_dir = {}) {
  TrainConfig config = small_config(std::move(out_dir));
  config.sizes = {{{4, 4}, 0.5}, {{5, 5}, 0.25}, {{6, 6}, 0.25}};
  return config;
}

TEST(Sizes, ChangeAtWholeEpochs) {
  const TrainConfig config = sized_config();  // four epochs
  for (int64_t step = 0; step < 40; ++step) {
    const int64_t expected = step < 20 ? 4 : step < 30 ? 5 : 6;
    EXPECT_EQ(size_in_step(config, step, 10), (PictureSize{expected, expected})) << step;
  }
  TrainConfig odd = {.epochs = 3};
  odd.sizes = {{{4, 4}, 0.4}, {{6, 6}, 0.6}};  // 1.2 epochs are one
  EXPECT_EQ(size_in_step(odd, 9, 10), (PictureSize{4, 4}));
  EXPECT_EQ(size_in_step(odd, 10, 10), (PictureSize{6, 6}));
  EXPECT_FALSE(size_in_step({}, 0, 10).given());
}

TEST(Sizes, MakeTheLengthAPartOfTheRun) {
  EXPECT_TRUE(json_of(compared_settings(sized_config())).contains("epochs"));
  EXPECT_FALSE(json_of(compared_settings(small_config())).contains("epochs"));
}

TEST(Sizes, AreReadFromTextAndJson) {
  const Field field = {.range = from_to(1, 99)};
  std::vector<SizeShare> sizes;
  value_from_text("32:0.4, 40x44:0.4,48:0.2", "--sizes", field, &sizes);
  EXPECT_EQ(sizes, (std::vector<SizeShare>{{{32, 32}, 0.4}, {{40, 44}, 0.4}, {{48, 48}, 0.2}}));
  EXPECT_EQ(value_text(&sizes), "32x32:0.4,40x44:0.4,48x48:0.2");
  const nlohmann::json array = json_of(value_to_json(&sizes));
  EXPECT_EQ(array, nlohmann::json::parse("[[32,32,0.4],[40,44,0.4],[48,48,0.2]]"));
  std::vector<SizeShare> again;
  value_from_json(array, "sizes", &again);
  EXPECT_EQ(again, sizes);
  for (const char* bad :
       {"", "32", "32:", ":1", "32:0.5", "32:0.5,48:0.6", "32:1.5,48:-0.5", "0:1", "100:1", "32:nan"}) {
    EXPECT_EQ(message_of([&] { value_from_text(bad, "--sizes", field, &sizes); }),
              "--sizes: expected SIZE:SHARE,... (shares sum to 1), sizes from 1 to 99, or none, found \"" +
                  std::string(bad) + "\"");
  }
  EXPECT_EQ(sizes, again) << "what is refused changes nothing";
  for (const char* bad : {"1", "[1]", "[[32,32]]", "[[32,\"x\",1]]"}) {
    EXPECT_NE(message_of([&] { value_from_json(nlohmann::json::parse(bad), "sizes", &again); }), "") << bad;
  }
  again = {{{32, 32}, 0.5}};
  EXPECT_NE(message_of([&] { check_value(field, &again, "sizes"); }), "");
}

TEST(Sizes, GoWithNetworksWhoseWeightsDoNotDependOnThem) {
  const std::string flat = message_of([&] { Trainer(small_network(), sized_config()); });
  EXPECT_TRUE(flat.starts_with("sizes: network small at input ")) << flat;
  EXPECT_NE(flat.find("'dense'"), std::string::npos) << flat;
  TrainConfig config = sized_config();
  config.sizes.back().size = {5, 6};
  EXPECT_EQ(message_of([&] { Trainer(network_for_any_size(), config); }),
            "sizes: expected 6x6 as the last, the network's input, found 5x6");
  Network deep = network_for_any_size();
  deep.layers[0].kind = Conv2D{.filters = 4, .kernel = {5, 5}, .padding = Padding::valid()};
  const std::string none_left = message_of([&] { Trainer(deep, sized_config()); });
  EXPECT_NE(none_left.find("'conv'"), std::string::npos) << none_left;
}

TEST(Sizes, OfACropAreTheSamePartInFewerPixels) {
  Network network = network_for_any_size();
  network.input = Shape({40, 40, 1});
  EXPECT_EQ(resize_for({32, 32}, network, {48, 48}), (PictureSize{38, 38}));  // 38.4
  EXPECT_EQ(resize_for({40, 40}, network, {48, 48}), (PictureSize{48, 48}));
  EXPECT_FALSE(resize_for({32, 32}, network, {}).given());
}

TEST(Sizes, BatchesHaveThePicturesThatTheDataHasInThatSize) {
  const SmallRun run;
  const RunInputs inputs{.data = run.data, .train = run.train, .validation = {}, .targets = {}};
  const TrainConfig config = small_config();
  const Network network = network_for_any_size();
  Network small = network;
  small.input = Shape({4, 4, 1});
  TrainingBatches sized(config, inputs, network), made_for_it(config, inputs, small);
  sized.use_size({4, 4}, network);
  for (int64_t step = 0; step < 9; ++step) {
    sized.start_step(step);
    made_for_it.start_step(step);
    sized.fill(0);
    made_for_it.fill(0);
    EXPECT_TRUE(same_bits(sized.pictures(), made_for_it.pictures())) << step;
  }
}

TEST(Sizes, AShareOfOneIsTheRunWithoutThem) {
  const SmallRun run;
  TrainConfig config = small_config();
  Trainer plain(network_for_any_size(), config);
  config.sizes = {{{6, 6}, 1}};
  Trainer sized(network_for_any_size(), config);
  EXPECT_EQ(untimed(run.fit(plain)).epochs, untimed(run.fit(sized)).epochs);
  EXPECT_TRUE(same_weights(plain.model(), sized.model()));
}

// The epochs of a size are those of a network of that size that goes on from the weights before.
TEST(Sizes, FirstEpochsAreThoseOfASmallNetwork) {
  const SmallRun run;
  TrainConfig config = sized_config();
  config.early_stopping.enabled = config.reduce_lr.enabled = false;
  Trainer sized(network_for_any_size(), config);
  const History history = run.fit(sized);
  EXPECT_EQ(sized.model().network.input, Shape({6, 6, 1}));
  Network small = network_for_any_size();
  small.input = Shape({4, 4, 1});
  config.sizes.clear();
  config.epochs = 2;
  Trainer first(small, config);
  const History small_history = run.fit(first);
  EXPECT_EQ(history.epochs[0].loss, small_history.epochs[0].loss);
  EXPECT_EQ(history.epochs[1].loss, small_history.epochs[1].loss);
  EXPECT_NE(history.epochs[0].val_loss, small_history.epochs[0].val_loss) << "validation has the network's own input";
}

TEST(Sizes, ARunThatIsStoppedAnywhereEndsInTheSameBytesWithAnyNumberOfThreads) {
  const SmallRun run;
  const ScratchFolder scratch;
  TrainConfig config = sized_config(scratch / "whole");
  config.weight_average = 0.9;
  config.recompute_batch_norm = true;
  config.augmentation.rotation_deg = 10;
  config.self_targets.weight = 0.3;
  Trainer whole(network_for_any_size(), config);
  run.fit(whole);
  config.out_dir = scratch / "run";
  config.resume = true;
  set_num_threads(3);
  for (const int64_t steps : {5, 16, 4, 3, 100}) {
    int64_t taken = 0;
    Trainer trainer(network_for_any_size(), config);
    run.fit(trainer, {.on_step = [&](const StepProgress&) { ++taken; }, .should_stop = [&] { return taken >= steps; }});
  }
  set_num_threads(1);
  EXPECT_EQ(content_of(scratch / "run/best.safetensors"), content_of(scratch / "whole/best.safetensors"));
}

}  // namespace
}  // namespace fer::train
