// Runs with frozen layers: what stays, what moves, and that nothing else depends on how they are frozen.
#include <gtest/gtest.h>

#include "fer/threads.h"
#include "tests/train/whole_run.h"

namespace fer {
namespace {

bool is_frozen(const Parameter& p) { return p.name.starts_with("conv/") || p.name.starts_with("bn/"); }

TrainConfig frozen_config(std::string out_dir, int64_t unfreeze_at = 0) {
  TrainConfig config = rich_config(std::move(out_dir));
  config.freeze = {"conv..bn"};
  config.unfreeze_at = unfreeze_at;
  return config;
}

TEST(Freezing, IsWhatANetworkOfFrozenLayersDoesToTheBit) {
  const SmallRun run;
  for (const bool recompute : {false, true}) {
    TrainConfig config = frozen_config({});
    config.recompute_batch_norm = recompute;
    Trainer by_option(small_network(), config);
    const History history = run.fit(by_option);
    config.freeze.clear();
    Network frozen = small_network();
    frozen.layers[0].frozen = frozen.layers[1].frozen = true;
    Trainer by_network(frozen, config);
    EXPECT_EQ(untimed(history).epochs, untimed(run.fit(by_network)).epochs) << "val_loss has the same penalty";
    const Weights first = initialize(small_network(), config.seed);
    for (const Parameter& p : by_network.model().weights.layout.parameters) {
      const auto same = [&](const Weights& weights, std::span<const float> values) {
        const auto own = std::ranges::find(weights.layout.parameters, p.name, &Parameter::name);
        return same_bits(weights.of(*own), values);
      };
      EXPECT_TRUE(same(by_option.model().weights, by_network.model().weights.of(p))) << p.name;
      EXPECT_EQ(same(first, by_network.model().weights.of(p)), is_frozen(p)) << p.name;
    }
    EXPECT_EQ(by_option.model().network, small_network()) << "freezing is of the run";
  }
}

TEST(Freezing, EndsInItsEpoch) {
  const SmallRun run;
  const Weights first = initialize(small_network(), 42);
  for (const int64_t epochs : {2, 3}) {
    TrainConfig config = frozen_config({}, 3);
    config.epochs = epochs;
    config.model = KeptModel::kLast;
    Trainer trainer(small_network(), config);
    run.fit(trainer);
    for (const Parameter& p : first.layout.parameters) {
      EXPECT_EQ(same_bits(trainer.model().weights.of(p), first.of(p)), epochs == 2 && is_frozen(p))
          << p.name << " after epoch " << epochs;
    }
  }
}

TEST(Freezing, IsResumedInTheSameBytesBeforeAndAfterItEnds) {
  const ScratchFolder folder;
  TrainConfig config = frozen_config(folder / "undisturbed", 3);
  config.recompute_batch_norm = true;
  const Outcome whole = outcome_of(config);
  for (const int64_t stop_at : {1, 17, 18, 19, 30}) {
    SCOPED_TRACE(stop_at);
    config.out_dir = folder / std::to_string(stop_at);
    int64_t steps = 0;
    outcome_of(config,
               {.on_step = [&](const StepProgress&) { ++steps; }, .should_stop = [&] { return steps == stop_at; }});
    expect_same(resumed(config), whole);
  }
}

TEST(Freezing, DoesNotDependOnThreads) {
  const ScratchFolder folder;
  const SmallRun run;
  const TrainConfig config = frozen_config({}, 3);
  Trainer one(small_network(), config), two(small_network(), config);
  run.fit(one);
  set_num_threads(2);
  run.fit(two);
  set_num_threads(1);
  EXPECT_TRUE(same_weights(one.model(), two.model()));
}

TEST(Freezing, OfOtherLayersIsAnotherRun) {
  const ScratchFolder folder;
  TrainConfig config = frozen_config(folder / "run");
  config.epochs = 1;
  outcome_of(config);
  EXPECT_NE(content_of(config.out_dir + "/config.json").find("conv..bn"), std::string::npos);
  config.freeze = {"conv"};
  EXPECT_NE(message_of([&] { resumed(config); }).find("config.freeze.0 was \"conv..bn\", now \"conv\""),
            std::string::npos);
}

TEST(Freezing, NeedsSomethingToFreeze) {
  TrainConfig config = small_config();
  config.unfreeze_at = 2;
  EXPECT_EQ(message_of([&] { Trainer(small_network(), config); }),
            "unfreeze_at: expected freeze beside it, found none (epoch 2 has nothing to unfreeze)");
  config.freeze = {"conv"};
  EXPECT_EQ(message_of([&] { Trainer(small_network(), config); }), "");
  config.unfreeze_at = 1;
  EXPECT_EQ(message_of([&] { Trainer(small_network(), config); }),
            "unfreeze_at: expected an epoch from 2 on, or 0 for never, found 1");
  config = small_config();
  config.freeze = {"convolution"};
  EXPECT_NE(message_of([&] { Trainer(small_network(), config); }).find("found \"convolution\""), std::string::npos);
}

TEST(Freezing, IsRemarked) {
  TrainConfig config = small_config();
  config.freeze = {"conv"};
  const std::vector<std::string> remarks = Trainer(small_network(), config).remarks(70);
  ASSERT_EQ(remarks.size(), 2u);
  EXPECT_TRUE(remarks[0].starts_with("frozen: conv (1 of 3 layers with weights)")) << remarks[0];
  EXPECT_NE(remarks[1].find("bn"), std::string::npos);
  // No batch norm learns from a batch of one picture where all are frozen.
  config.freeze = {"bn"};
  EXPECT_EQ(Trainer(small_network(), config).remarks(73).size(), 1u);
}

}  // namespace
}  // namespace fer
