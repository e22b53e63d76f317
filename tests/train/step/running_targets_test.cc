#include "train/step/running_targets.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "data/batches.h"
#include "data/mixing.h"
#include "fer/evaluate.h"
#include "io/safetensors.h"
#include "tests/train/whole_run.h"
#include "train/step/train_step.h"

namespace fer::train {
namespace {

class SelfTargetsTest : public ::testing::Test {
 protected:
  SmallRun run_;
  RunInputs inputs_{.data = run_.data, .train = run_.train, .validation = {}, .targets = {}};
};

TEST_F(SelfTargetsTest, BeginAsTheLabelsAndFollowTheAnswers) {
  RunningTargets targets(inputs_, 3, 0.75);
  for (const int64_t row : run_.train) {
    for (int64_t k = 0; k < 3; ++k) EXPECT_EQ(targets[row][k], k == row % 3 ? 1 : 0);
  }
  const std::vector<float> answer = {0.5f, 0.25f, 0.25f};
  targets.take(4, answer);
  EXPECT_FLOAT_EQ(targets[4][0], 0.125f);
  EXPECT_FLOAT_EQ(targets[4][1], 0.8125f);
  EXPECT_FLOAT_EQ(targets[4][2], 0.0625f);
  targets.take(4, answer);
  EXPECT_FLOAT_EQ(targets[4][1], 0.75f * 0.8125f + 0.25f * 0.25f);
  EXPECT_EQ(targets[7][1], 1) << "another row is as it was";
  EXPECT_EQ(targets.tensor().shape(), Shape({70, 3}));

  std::vector<float> soft(270, 0.25f);
  for (size_t i = 2; i < soft.size(); i += 3) soft[i] = 0.5f;
  inputs_.targets = soft;
  const RunningTargets from_soft(inputs_, 3, 0.9);
  EXPECT_EQ(from_soft[4][2], 0.5f);
  EXPECT_EQ(from_soft[4][0], 0.25f);
}

// What a network without dropout gives is known beforehand: it has not moved yet.
Network still_network() {
  Network net({6, 6, 1}, {"top", "middle", "bottom"});
  net.add(Conv2D{.filters = 4, .activation = Activation::kRelu}, "conv");
  net.add(Flatten{}, "flatten").add(Dense{.units = 3, .activation = Activation::kSoftmax}, "dense");
  return net;
}

TEST_F(SelfTargetsTest, TakeWhatTheNetworkGivesInTheStep) {
  for (const int64_t accumulate : {1, 2}) {
    TrainConfig config = small_config();
    config.accumulate = accumulate;
    config.self_targets = {.weight = 0.5, .decay = 0.75};
    Model model{still_network(), initialize(still_network(), 5), {}};
    const Tensor p = predict_rows(model, run_.data, run_.train);
    TrainStep step(model, config, inputs_);
    ASSERT_EQ(step.tensors().size(), 1u);
    EXPECT_EQ(step.tensors()[0].name, "self_targets");
    step.take(0, 0.01f);
    const std::span<const float> found = step.tensors()[0].tensor->values();
    const std::vector<int64_t> order = data::pass_order(run_.train, config.seed, 0);
    for (size_t i = 0; i < order.size(); ++i) {
      const int64_t row = order[i];
      const bool taken = i < static_cast<size_t>(8 * accumulate);
      for (int64_t k = 0; k < 3; ++k) {
        const double label = k == row % 3 ? 1 : 0;
        const double expected = taken ? 0.75 * label + 0.25 * p.values()[3 * row + k] : label;
        EXPECT_NEAR(found[3 * row + k], expected, 1e-5) << i;
      }
    }
  }
  TrainConfig plain = small_config();
  Model model{still_network(), initialize(still_network(), 5), {}};
  EXPECT_TRUE(TrainStep(model, plain, inputs_).tensors().empty());
}

TEST_F(SelfTargetsTest, AreMixedIntoTheTargetsByTheirShare) {
  TrainConfig config = small_config();
  config.label_smoothing = 0.3;
  config.self_targets = {.weight = 0.5, .start = 2};
  const Network network = still_network();
  TrainingBatches b(config, inputs_, network);
  for (float& v : b.self_targets()->values()) v = 1.0f / 3;
  for (const auto& [step, share] : {std::pair<int64_t, double>{17, 0}, {18, 0.25}, {27, 0.5}}) {
    const std::vector<int64_t> order = data::pass_order(run_.train, 42, step / 9);
    b.start_step(step);
    b.fill(0);
    for (int64_t i = 0; i < b.count(); ++i) {
      const int64_t row = order[step % 9 * 8 + i];
      for (int64_t k = 0; k < 3; ++k) {
        const double smoothed = k == row % 3 ? 0.8 : 0.1;
        EXPECT_NEAR(b.targets()[3 * i + k], (1 - share) * smoothed + share / 3, 1e-6) << step;
      }
    }
  }
}

TEST_F(SelfTargetsTest, OfMixedPicturesStayAsTheyAre) {
  TrainConfig config = small_config();
  config.self_targets.weight = 0.5;
  config.mixing = {.mixup = 1, .probability = 0.5};
  config.no_mixing_epochs = 1;
  const Network network = still_network();
  TrainingBatches b(config, inputs_, network);
  int kept = 0, moved = 0;
  for (const int64_t step : {1, 27}) {
    const int64_t pass = step / 9;
    const std::vector<int64_t> order = data::pass_order(run_.train, 42, pass);
    b.start_step(step);
    b.fill(0);
    const std::vector<float> before(b.self_targets()->values().begin(), b.self_targets()->values().end());
    for (float& p : b.probabilities()) p = 1.0f / 3;
    b.learn(0, b.probabilities());
    for (int64_t i = 0; i < 8; ++i) {
      const int64_t row = order[step % 9 * 8 + i];
      const bool mixed =
          pass < 3 && data::draw_mix(config.mixing, {6, 6, 1}, {.seed = 42, .pass = pass, .row = row}).any();
      const bool same =
          same_bits(b.self_targets()->values().subspan(3 * row, 3), std::span(before).subspan(3 * row, 3));
      EXPECT_EQ(same, mixed) << step << ' ' << i;
      ++(same ? kept : moved);
    }
  }
  EXPECT_GT(kept, 1);
  EXPECT_GT(moved, 8);
}

TrainConfig own_config(std::string out_dir) {
  TrainConfig config = rich_config(std::move(out_dir));
  config.mixing = {.mixup = 0.5, .probability = 0.3};
  config.accumulate = 2;
  config.self_targets = {.weight = 0.5, .decay = 0.5, .start = 1};
  return config;
}

TEST_F(SelfTargetsTest, ResumeToTheSameBytesFromAnyStep) {
  const ScratchFolder folder;
  const Outcome whole = outcome_of(own_config(folder / "whole"));
  TrainConfig plain = own_config(folder / "plain");
  plain.self_targets = {};
  EXPECT_FALSE(same_weights(outcome_of(plain).model, whole.model));
  for (const int64_t stop_at : {1, 7, 10, 14}) {
    SCOPED_TRACE(stop_at);
    const TrainConfig config = own_config(folder / std::to_string(stop_at));
    int64_t steps = 0;
    outcome_of(config,
               {.on_step = [&](const StepProgress&) { ++steps; }, .should_stop = [&] { return steps == stop_at; }});
    expect_same(resumed(config), whole);
    // The checkpoints are the same but for what a clock says.
    const auto values = [](const std::string& run) {
      const io::SafetensorsFile file = io::read_safetensors(run + "/last.safetensors");
      const auto data = file.find("self_targets").data;
      return std::string(reinterpret_cast<const char*>(data.data()), data.size());
    };
    EXPECT_TRUE(values(config.out_dir) == values(folder / "whole"));
  }
}

TEST_F(SelfTargetsTest, AreInTheCheckpointAndNotInTheModel) {
  const ScratchFolder folder;
  const TrainConfig config = own_config(folder / "run");
  outcome_of(config);
  EXPECT_EQ(io::read_safetensors(folder / "run/last.safetensors").find("self_targets").shape, Shape({70, 3}));
  EXPECT_EQ(content_of(folder / "run/best.safetensors").find("self_targets"), std::string::npos);
  EXPECT_EQ(content_of(folder / "run/early_stopping.safetensors").find("self_targets"), std::string::npos);
  TrainConfig other = config;
  other.resume = true;
  other.self_targets.decay = 0.75;
  EXPECT_NE(message_of([&] { outcome_of(other); }).find("config.self_targets.decay was 0.5, now 0.75"),
            std::string::npos);
}

// With a teacher and the loss that is made for wrong labels: all soft targets at once.
TEST_F(SelfTargetsTest, GoWithATeacherAndTheSymmetricCrossEntropy) {
  const ScratchFolder folder;
  Trainer teacher(small_network(), small_config());
  run_.fit(teacher);
  save_model(teacher.model(), folder / "teacher");
  TrainConfig config = own_config(folder / "whole");
  config.loss = Loss::kSymmetricCrossEntropy;
  config.teacher.models = {folder / "teacher"};
  config.class_weights = {1, 2, 0.5};
  const Outcome whole = outcome_of(config);
  config.out_dir = folder / "cut";
  int64_t steps = 0;
  outcome_of(config, {.on_step = [&](const StepProgress&) { ++steps; }, .should_stop = [&] { return steps == 11; }});
  expect_same(resumed(config), whole);
}

TEST_F(SelfTargetsTest, DoNotDependOnTheNumberOfThreads) {
  const Outcome one = outcome_of(own_config({}));
  const SmallRun run;
  Trainer trainer(small_network(), own_config({}));
  set_num_threads(3);
  run.fit(trainer);
  set_num_threads(1);
  EXPECT_TRUE(same_weights(trainer.model(), one.model));
}

}  // namespace
}  // namespace fer::train
