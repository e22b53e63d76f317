// Training where memory ends (issue 12).
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/out_of_memory.h"
#include "tests/train/whole_run.h"
#include "train/files/checkpoint.h"
#include "train/step/train_step.h"

#ifndef FER_TEST_SANITIZED
namespace fer {
namespace {

class TrainingOutOfMemory : public testing::TestWithParam<int64_t> {};

INSTANTIATE_TEST_SUITE_P(Failures, TrainingOutOfMemory, ::testing::Values(kOneFails, kAllFailFromThere),
                         [](const auto& parameter) { return parameter.param == 1 ? "One" : "AllFromThere"; });

// A step, whose memory is taken by the first one, on a model of its own each time.
TEST_P(TrainingOutOfMemory, AStepThrowsAndCanBeTakenAgain) {
  const SmallRun run;
  const train::RunInputs inputs{.data = run.data, .train = run.train, .validation = run.validation, .targets = {}};
  TrainConfig config = rich_config({});
  config.accumulate = 2;
  const Weights weights = initialize(small_network(), 1);
  Model expected{small_network(), weights, {}};
  train::TrainStep(expected, config, inputs).take(0, 0.05f);
  Model model{small_network(), weights, {}};
  std::unique_ptr<train::TrainStep> step;
  const auto again = [&] {
    step.reset();
    model.weights = weights;
    step = std::make_unique<train::TrainStep>(model, config, inputs);
  };
  again();
  const int64_t thrown = for_each_failing_allocation(
      GetParam(), 1, [&] { step->take(0, 0.05f); },
      [&](bool threw) {
        if (threw) {
          model.weights = weights;  // whose moments may have moved
          step->take(0, 0.05f);
        }
        EXPECT_TRUE(same_weights(model, expected));
        again();
      },
      Left::kInTheObject);
  step.reset();
  const int64_t before = living_allocations();
  step = std::make_unique<train::TrainStep>(model, config, inputs);
  step->take(0, 0.05f);
  step.reset();
  EXPECT_EQ(living_allocations(), before);
  EXPECT_GE(thrown, 10);
}

// A run of one epoch with all its files, which then goes on from what was kept and ends as one that nothing befell.
TEST_P(TrainingOutOfMemory, ARunThrowsAndCanBeResumed) {
  const ScratchFolder folder;
  const SmallRun run;
  const auto config_of = [&](const std::string& name, bool resume) {
    TrainConfig config = rich_config(folder / name);
    config.epochs = 1;
    config.resume = resume;
    return config;
  };
  const auto fit = [&](const TrainConfig& config) {
    Trainer trainer(small_network(), config);
    run.fit(trainer);
  };
  fit(config_of("expected", false));
  const std::string best = content_of(folder / "expected/best.safetensors");
  const TrainConfig begun = config_of("run", false), resumed = config_of("run", true);
  const int64_t thrown = for_each_failing_allocation(
      GetParam(), 251, [&] { fit(begun); },
      [&](bool) {
        fit(resumed);
        EXPECT_EQ(content_of(folder / "run/best.safetensors"), best);
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder / "run")) {
          EXPECT_FALSE(entry.path().filename().string().starts_with(".")) << entry.path();
        }
        std::filesystem::remove_all(folder / "run");
      });
  EXPECT_GE(thrown, 30);
}

// The checkpoint of before stays whole, and nothing else is left beside it.
TEST_P(TrainingOutOfMemory, ACheckpointIsWrittenWholeOrNotAtAll) {
  const ScratchFolder folder;
  const SmallRun run;
  const train::RunInputs inputs{.data = run.data, .train = run.train, .validation = run.validation, .targets = {}};
  const TrainConfig config = rich_config({});
  Model model{small_network(), initialize(small_network(), 1), {}};
  train::TrainStep step(model, config, inputs);
  core::JsonValue identity = core::JsonValue::object({{"config", core::JsonValue::object({{"epochs", 3}})}});
  identity["config"]["name"] = std::string(100, 'n');
  std::filesystem::create_directory(folder / "run");
  const std::string path = folder / "run/last.safetensors";
  const auto write = [&](int64_t epoch) {
    train::RunState state;
    state.epoch = epoch;
    state.epochs.resize(static_cast<size_t>(epoch));
    state.wall_times.resize(static_cast<size_t>(epoch));
    train::write_checkpoint(path, model.weights.layout, step.arrays(), state, identity);
  };
  write(2);
  const std::string after = content_of(path);
  write(1);
  const std::string before = content_of(path);
  const int64_t thrown = for_each_failing_allocation(
      GetParam(), 5, [&] { write(2); },
      [&](bool threw) {
        EXPECT_TRUE(content_of(path) == (threw ? before : after));
        EXPECT_EQ(
            std::distance(std::filesystem::directory_iterator(folder / "run"), std::filesystem::directory_iterator()),
            1);
        write(1);
      });
  EXPECT_GE(thrown, 30);
}

}  // namespace
}  // namespace fer
#endif
