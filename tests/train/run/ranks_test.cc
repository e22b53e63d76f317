#include "train/run/ranks.h"

#include <gtest/gtest.h>

#include <atomic>

#include "tests/train/ranks_run.h"

namespace fer {
namespace {

TrainConfig shared_config(std::string out_dir, int64_t accumulate) {
  TrainConfig config = rich_config(std::move(out_dir));
  config.accumulate = accumulate;
  config.epochs = 3;
  return config;
}

Outcome alone(const TrainConfig& config, const Network& network = small_network()) {
  const SmallRun run;
  Trainer trainer(network, config);
  History history = run.fit(trainer);
  return {trainer.model(), std::move(history), content_of(config.out_dir + "/best.safetensors"),
          content_of(config.out_dir + "/early_stopping.safetensors")};
}

void expect_all_are(const std::vector<Outcome>& found, const Outcome& expected) {
  for (size_t r = 0; r < found.size(); ++r) {
    SCOPED_TRACE("rank " + std::to_string(r));
    expect_same(found[r], expected);
  }
}

// 70 pictures in batches of 8: the last step of a pass has fewer batches than ranks, the last batch fewer pictures.
TEST(Ranks, EndInTheBytesOfOneProcessThatAccumulatesAsMuch) {
  for (const int64_t accumulate : {2, 3, 4, 6}) {
    const ScratchFolder folder;
    const Outcome expected = alone(shared_config(folder / "alone", accumulate));
    for (int ranks = 1; ranks <= std::min<int64_t>(accumulate, 4); ++ranks) {
      for (const int threads : {1, 2}) {
        SCOPED_TRACE(::testing::Message()
                     << accumulate << " batches, " << ranks << " ranks, " << threads << " threads");
        const std::string run = folder / (std::to_string(ranks) + "-" + std::to_string(threads));
        expect_all_are(outcomes_on(ranks, shared_config(run, accumulate), {}, threads), expected);
      }
    }
  }
}

// Whatever a step carries besides weights, and whatever is found outside steps.
TEST(Ranks, ShareSelfTargetsMixingAndRecomputedMoments) {
  const ScratchFolder folder;
  TrainConfig config = shared_config(folder / "alone", 3);
  config.self_targets = {.weight = 0.5, .decay = 0.6};
  config.mixing.mixup = 0.4;
  config.recompute_batch_norm = true;
  config.batch_size = 7;
  config.merge_last = true;
  config.save_every = 4;
  const Outcome expected = alone(config);
  for (const int ranks : {2, 3}) {
    SCOPED_TRACE(ranks);
    config.out_dir = folder / std::to_string(ranks);
    expect_all_are(outcomes_on(ranks, config), expected);
    EXPECT_EQ(content_of(config.out_dir + "/snapshots/step-000008.safetensors"),
              content_of(folder / "alone" + "/snapshots/step-000008.safetensors"));
  }
}

TEST(Ranks, ExchangeBf16WithTheSameRoundingAlone) {
  const ScratchFolder folder;
  TrainConfig config = shared_config(folder / "fp32", 3);
  config.batch_size = 5;
  const Outcome fp32 = alone(config);
  config.exchange = Precision::kBf16;
  config.out_dir = folder / "alone";
  const Outcome expected = alone(config);
  EXPECT_FALSE(same_weights(expected.model, fp32.model));
  for (const int ranks : {2, 3}) {
    config.out_dir = folder / std::to_string(ranks);
    expect_all_are(outcomes_on(ranks, config), expected);
  }
}

TEST(Ranks, AskATeacherTogether) {
  const ScratchFolder folder;
  const SmallRun run;
  Trainer teacher(small_network(), small_config());
  run.fit(teacher);
  save_model(teacher.model(), folder / "teacher.safetensors");
  TrainConfig config = shared_config(folder / "alone", 2);
  config.teacher.models = {folder / "teacher.safetensors"};
  const Outcome expected = alone(config);
  config.out_dir = folder / "two";
  expect_all_are(outcomes_on(2, config), expected);
}

TEST(Ranks, GoOnAsAnyOtherNumberOfThem) {
  const ScratchFolder folder;
  const Outcome expected = alone(shared_config(folder / "alone", 4));
  TrainConfig config = shared_config(folder / "run", 4);
  config.resume = true;
  // Stopped after every second step, by whichever rank; the last call ends the run. (0 ranks: a process alone.)
  const std::vector<int> numbers_of_ranks = {3, 0, 4, 1, 2};
  std::vector<Outcome> last;
  for (const int ranks : numbers_of_ranks) {
    const bool ends = ranks == 2;
    std::atomic<int> steps = 0;
    const TrainCallbacks callbacks = {
        .on_step = [&](const StepProgress&) { ++steps; },
        .should_stop = [&, most = 2 * std::max(ranks, 1)] { return !ends && steps.load() == most; }};
    if (ranks == 0) {
      outcome_of(config, callbacks);
    } else {
      last = outcomes_on(ranks, config, callbacks);
    }
  }
  expect_all_are(last, expected);
}

TEST(Ranks, MoreThanSmallBatchesAreRefused) {
  std::vector<std::string> shown;
  const ScratchFolder folder;
  outcomes_on(3, shared_config(folder / "run", 2), {}, 1, &shown);
  ASSERT_EQ(shown.size(), 1u);
  EXPECT_NE(shown[0].find("expected at most 2 ranks"), std::string::npos) << shown[0];
  EXPECT_FALSE(std::filesystem::exists(folder / "run"));
}

TEST(Ranks, OfAnotherRunAreNamed) {
  const SmallRun run;
  const auto shown_where = [&](const std::function<void(int rank, TrainConfig&, SmallRun&)>& change) {
    const std::vector<std::string> shown = on_ranks(3, [&](Exchange& exchange) {
      SmallRun own;
      TrainConfig config = small_config();
      config.accumulate = 3;
      change(exchange.rank(), config, own);
      Trainer trainer(small_network(), config);
      trainer.fit(own.data, own.train, own.validation, {}, {}, &exchange);
    });
    EXPECT_EQ(shown.size(), 1u);
    return shown.empty() ? std::string() : shown[0];
  };
  const std::string option =
      shown_where([](int rank, TrainConfig& config, SmallRun&) { config.label_smoothing = rank == 1 ? 0.1 : 0; });
  EXPECT_EQ(option,
            "rank 1 on this process is not of the run of rank 0 on this process: config.label_smoothing is 0.1, on "
            "rank 0 0.0");
  const std::string data = shown_where([](int rank, TrainConfig&, SmallRun& own) { own.data.pixels[3] += rank == 2; });
  EXPECT_NE(data.find("rank 2 on this process"), std::string::npos) << data;
  EXPECT_NE(data.find("train.pictures is "), std::string::npos) << data;
  const std::string length = shown_where([](int rank, TrainConfig& config, SmallRun&) { config.epochs = 4 + rank; });
  EXPECT_NE(length.find("config.epochs is 5, on rank 0 4"), std::string::npos) << length;
}

TEST(Ranks, EndWhereOneOfThemFails) {
  const ScratchFolder folder;
  const SmallRun run;
  const TrainConfig config = shared_config(folder / "run", 2);
  const std::vector<std::string> shown = on_ranks(2, [&](Exchange& exchange) {
    set_num_threads(1);
    Trainer trainer(small_network(), config);
    int steps = 0;
    const TrainCallbacks callbacks = {.on_step = [&](const StepProgress&) {
      if (exchange.rank() == 1 && ++steps == 3) throw Error("no space left on device");
    }};
    trainer.fit(run.data, run.train, run.validation, callbacks, {}, &exchange);
  });
  EXPECT_EQ(shown, std::vector<std::string>{"rank 1 on this process: no space left on device"});
  TrainConfig again = config;
  again.resume = true;
  const Outcome expected = alone(shared_config(folder / "alone", 2));
  expect_all_are(outcomes_on(2, again), expected);
}

TEST(Ranks, WhereALossIsNotFiniteSaySoOnce) {
  const ScratchFolder folder;
  TrainConfig config = shared_config(folder / "run", 2);
  config.optimizer = Sgd{.learning_rate = 1e30f};
  config.reduce_lr.enabled = false;
  std::vector<std::string> shown;
  outcomes_on(2, config, {}, 1, &shown);
  ASSERT_EQ(shown.size(), 1u);
  EXPECT_NE(shown[0].find("is not finite"), std::string::npos) << shown[0];
}

}  // namespace
}  // namespace fer
