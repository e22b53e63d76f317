#include "train/step/train_step.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/train/small_run.h"
#include "train/step/not_finite.h"

namespace fer::train {
namespace {

// Without dropout and batch norm, which see the small batches, a step of several is the step of one large batch.
Network plain_network() {
  Network net({6, 6, 1}, {"top", "middle", "bottom"});
  net.add(Conv2D{.filters = 4, .activation = Activation::kRelu, .kernel_regularizer = {.l2 = 1e-2f}}, "conv");
  net.add(Flatten{}, "flatten").add(Dense{.units = 3, .activation = Activation::kSoftmax}, "dense");
  return net;
}

struct Trained {
  explicit Trained(const Network& network, TrainConfig c = small_config())
      : config(std::move(c)), model{network, initialize(network, 5), {}}, step(model, config, inputs) {}

  SmallRun run;
  TrainConfig config;
  RunInputs inputs{.data = run.data, .train = run.train, .validation = {}, .targets = {}};
  Model model;
  TrainStep step;
};

std::vector<std::string> passes_of(const engine::Stages& stages) {
  std::vector<std::string> passes;
  for (const engine::Stage& stage : stages) passes.emplace_back(stage.pass);
  return passes;
}

int64_t count_of(const engine::Stages& stages, const std::string& pass) {
  const std::vector<std::string> passes = passes_of(stages);
  return std::count(passes.begin(), passes.end(), pass);
}

TEST(TrainStep, OfSmallBatchesIsTheStepOfOneLargeBatch) {
  TrainConfig large = small_config(), small = small_config();
  large.batch_size = 24;
  small.accumulate = 3;
  large.optimizer = small.optimizer = Sgd{.learning_rate = 0.5f};
  large.clipping.norm = small.clipping.norm = 0.1;
  Trained one(plain_network(), large), parts(plain_network(), small);
  for (int64_t i = 0; i < 3; ++i) {
    const TrainStep::Result a = one.step.take(i, 0.5f), b = parts.step.take(i, 0.5f);
    EXPECT_EQ(a.images, i == 2 ? 22 : 24);
    EXPECT_EQ(b.images, a.images);
    EXPECT_EQ(b.correct, a.correct);
    EXPECT_NEAR(b.loss, a.loss, 1e-4);
  }
  const auto a = one.model.weights.values.values(), b = parts.model.weights.values.values();
  for (size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 1e-5) << i;
}

TEST(TrainStep, GoesOnInTheSameBytesWhereAnotherTookItsArrays) {
  TrainConfig config = small_config();
  config.accumulate = 2;
  config.weight_average = 0.9;
  Trained whole(small_network(), config), part(small_network(), config), rest(small_network(), config);
  for (int64_t i = 0; i < 6; ++i) whole.step.take(i, 0.01f);
  for (int64_t i = 0; i < 3; ++i) part.step.take(i, 0.01f);
  const std::vector<NamedArray> from = part.step.arrays(), to = rest.step.arrays();
  ASSERT_EQ(from.size(), 4u);  // weights, two moments, average
  for (size_t k = 0; k < from.size(); ++k) {
    EXPECT_EQ(from[k].name, to[k].name);
    std::copy(from[k].values.begin(), from[k].values.end(), to[k].values.begin());
  }
  for (int64_t i = 3; i < 6; ++i) {
    rest.step.release_arena();
    rest.step.take(i, 0.01f);
  }
  EXPECT_TRUE(same_weights(whole.model, rest.model));
  EXPECT_TRUE(same_bits(whole.step.averaged_weights().values(), rest.step.averaged_weights().values()));
}

// The order is what a profile shows and what an exchange between processes would stand on.
TEST(TrainStep, ClipsUpdatesAndAveragesAfterAllItsSmallBatches) {
  TrainConfig config = small_config();
  config.accumulate = 3;
  config.weight_average = 0.9;
  Trained run(small_network(), config);
  engine::Stages stages;
  run.step.take(0, 0.01f, &stages);
  const std::vector<std::string> passes = passes_of(stages);
  ASSERT_GE(passes.size(), 4u);
  EXPECT_EQ(std::vector<std::string>(passes.end() - 4, passes.end()),
            (std::vector<std::string>{"accumulate", "clipping", "optimizer", "average"}));
  EXPECT_EQ(count_of(stages, "loss"), 3);
  EXPECT_EQ(count_of(stages, "moments"), 3);
  EXPECT_EQ(count_of(stages, "accumulate"), 2);
  EXPECT_EQ(count_of(stages, "regularizers"), 1);

  Trained plain(plain_network());
  stages.clear();
  plain.step.take(0, 0.01f, &stages);
  for (const char* pass : {"moments", "accumulate", "average"}) EXPECT_EQ(count_of(stages, pass), 0) << pass;
}

TEST(TrainStep, TakesTheSchedulesRate) {
  TrainConfig config = small_config();
  config.schedule = StepSchedule{.every_epochs = 1, .factor = 0.5};
  const Trained run(small_network(), config);
  EXPECT_EQ(run.step.learning_rate(0.25f, 8), 0.25f);
  EXPECT_EQ(run.step.learning_rate(0.25f, 9), 0.125f);
  EXPECT_EQ(run.step.steps_per_epoch(), 9);
}

TEST(TrainStep, BatchNormsMovingMomentsMoveOncePerSmallBatch) {
  TrainConfig config = small_config();
  config.optimizer = Sgd{.learning_rate = 1e-30f};
  const auto moved = [&](int64_t accumulate) {
    config.accumulate = accumulate;
    Trained run(small_network(), config);
    for (const Parameter& p : run.model.weights.layout.parameters) {
      if (p.name == "bn/moving_variance")
        std::fill(run.model.weights.of(p).begin(), run.model.weights.of(p).end(), 1e6f);
    }
    run.step.take(0, 1e-30f);
    for (const Parameter& p : run.model.weights.layout.parameters) {
      if (p.name == "bn/moving_variance") return static_cast<double>(run.model.weights.of(p)[0]);
    }
    return 0.0;
  };
  EXPECT_NEAR(moved(1), 0.9e6, 1);
  EXPECT_NEAR(moved(3), 0.729e6, 1);
}

TEST(TrainStep, StopsAtALossThatIsNotFinite) {
  Trained run(small_network());
  run.model.weights.values.values()[0] = std::nanf("");
  EXPECT_THROW(run.step.take(0, 0.01f), NotFinite);
}

// Batch norm straight after the input: its moments are those of the pixels.
Network norm_first() {
  Network net({6, 6, 1}, {"top", "middle", "bottom"});
  net.add(BatchNorm{.momentum = 0.9f}, "bn").add(Flatten{}, "flatten");
  net.add(Dense{.units = 3, .activation = Activation::kSoftmax}, "dense");
  return net;
}

TEST(TrainStep, RecomputesMomentsAsTheMeanOverTheBatchesOfThePass) {
  TrainConfig config = small_config();
  config.recompute_batch_norm = true;
  config.weight_average = 0.9;
  config.augmentation.horizontal_flip = true;
  Trained trained(norm_first(), config);
  for (int64_t i = 0; i < 12; ++i) trained.step.take(i, 0.01f);
  const Tensor before = trained.step.averaged_weights();
  const std::span<float> judged = trained.step.judged_weights(12)->values();

  // The twelfth step is in the second pass of nine, whose last batch has six pictures.
  TrainingBatches batches(trained.config, trained.inputs, trained.model.network);
  double mean = 0, variance = 0;
  for (int64_t step = 9; step < 18; ++step) {
    batches.start_step(step);
    batches.fill(0);
    const std::span<const float> x = batches.pictures();
    double sum = 0, squares = 0;
    for (const float v : x) sum += v;
    const double of_batch = sum / static_cast<double>(x.size());
    for (const float v : x) squares += (v - of_batch) * (v - of_batch);
    mean += of_batch / 9;
    variance += squares / static_cast<double>(x.size()) / 9;
  }
  for (const Parameter& p : trained.model.weights.layout.parameters) {
    const auto found = judged.subspan(p.offset, p.shape.elements());
    if (p.name == "bn/moving_mean") {
      EXPECT_NEAR(found[0], mean, 1e-5);
    } else if (p.name == "bn/moving_variance") {
      EXPECT_NEAR(found[0], variance, 1e-5);
    } else {
      EXPECT_TRUE(same_bits(found, before.values().subspan(p.offset, p.shape.elements()))) << p.name;
    }
  }
  EXPECT_TRUE(same_bits(before.values(), trained.step.averaged_weights().values())) << "training goes on with these";
}

TEST(TrainStep, RecomputingChangesNothingInTrainingAndEndsWhenAsked) {
  TrainConfig config = small_config();
  Trained plain(small_network(), config);
  config.recompute_batch_norm = true;
  Trained recomputed(small_network(), config);
  for (int64_t i = 0; i < 12; ++i) {
    plain.step.take(i, 0.01f);
    recomputed.step.take(i, 0.01f);
    if (i % 3 == 0) recomputed.step.judged_weights(i + 1);
  }
  EXPECT_TRUE(same_weights(plain.model, recomputed.model));
  EXPECT_EQ(recomputed.step.judged_weights(12, [] { return true; }), nullptr);
  Trained frozen(plain_network(), config);
  EXPECT_EQ(frozen.step.judged_weights(1), &frozen.step.averaged_weights()) << "there are no batch norms";
}

}  // namespace
}  // namespace fer::train
