// Training plans against the reference network, on random networks.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/stages.h"
#include "fer/error.h"
#include "tests/engine/plan_cases.h"

namespace fer::testing {
namespace {

void check_network(uint32_t stream, const Network& network) {
  const TrainingInput in(network, 3, stream);
  const TrainingTruth truth = run_reference(network, in);
  set_num_threads(1);
  const TrainingOutput one = run_plan(network, in, 3);
  set_num_threads(2);
  const TrainingOutput two = run_plan(network, in, 3);
  set_num_threads(0);
  expect_same_training(network, in, one, truth);
  expect_same_bits(one, two, "1 and 2 threads, " + seed_note());
}

// The layers that a training step computes again, in that order.
std::vector<std::string> recomputed(const Network& network, const TrainingInput& in) {
  engine::TrainingPlan plan(network, in.weights.layout, in.n);
  engine::Stages stages;
  std::vector<float> gradients(static_cast<size_t>(in.weights.layout.trainable_floats));
  std::vector<float> moments(static_cast<size_t>(plan.moment_layout().floats));
  plan.forward_backward({.n = in.n, .pictures = in.pictures, .targets = in.targets, .weights = {}, .stages = &stages},
                        in.weights.values.values(), gradients, moments);
  std::vector<std::string> layers;
  for (const engine::Stage& stage : stages) {
    if (std::string(stage.pass) == "recompute") layers.push_back(stage.layers);
  }
  return layers;
}

void check_networks(uint32_t stream, const NetworkKind& kind) {
  for (uint32_t i = 0; i < 12; ++i) {
    SCOPED_TRACE("random network " + std::to_string(stream + i));
    check_network(stream + i, RandomNetwork(stream + i, kind).network());
    if (::testing::Test::HasFatalFailure()) return;
  }
}

TEST(TrainingPlan, HasTheGradientsOfTheReferenceOnChains) {
  check_networks(1500, {.dropout = false, .residual = false});
}
TEST(TrainingPlan, HasThemOnBranches) { check_networks(1520, {.dropout = false}); }
TEST(TrainingPlan, HasThemWithDropout) { check_networks(1540, {.dropout = true}); }
TEST(TrainingPlan, HasThemWithFrozenLayers) { check_networks(1560, {.dropout = true, .frozen = true}); }

// Small batches whose batch norms use the statistics of all of them, their gradients summed.
TrainingOutput run_together(const Network& network, const TrainingInput& in, const std::vector<int64_t>& batches) {
  const auto values = in.weights.values.values();
  const int64_t input = network.input.elements(), classes = class_count(network);
  engine::TrainingPlan plan(network, in.weights.layout, *std::ranges::max_element(batches), Precision::kFp32,
                            static_cast<int64_t>(batches.size()));
  TrainingOutput out{{},
                     std::vector<float>(static_cast<size_t>(in.weights.layout.trainable_floats)),
                     std::vector<float>(static_cast<size_t>(plan.moment_layout().floats), NAN),
                     {values.begin(), values.end()}};
  std::vector<engine::TrainingPlan::Batch> filled;
  std::vector<std::vector<float>> gradients;
  int64_t first = 0;
  for (const int64_t n : batches) {
    const auto part = [&](const std::vector<float>& of, int64_t each) {
      return of.empty() ? std::span<const float>() : std::span(of).subspan(first * each, n * each);
    };
    filled.push_back({.n = n,
                      .pictures = part(in.pictures, input),
                      .targets = part(in.targets, classes),
                      .weights = part(in.row_weights, 1),
                      .mean_over = static_cast<double>(in.n),
                      .regularized = first == 0});
    gradients.emplace_back(out.gradients.size(), NAN);
    first += n;
  }
  const std::vector<std::span<float>> spans(gradients.begin(), gradients.end());
  const engine::StepSums sums{.pictures = batches, .gather = [](std::span<const double> own) { return own; }};
  for (const auto& result : plan.forward_backward_together(filled, sums, values, spans, out.moments)) {
    out.result.loss_sum += result.loss_sum;
    out.result.penalty += result.penalty;
    out.result.correct += result.correct;
  }
  for (const std::vector<float>& gradient : gradients) {
    for (size_t i = 0; i < gradient.size(); ++i) out.gradients[i] += gradient[i];
  }
  engine::update_moving_moments(plan.moment_layout(), out.moments, out.weights);
  return out;
}

TEST(TrainingPlan, BatchesThatGoTogetherAreOneBatch) {
  for (uint32_t stream = 1620; stream < 1630; ++stream) {
    SCOPED_TRACE("random network " + std::to_string(stream));
    const Network network = RandomNetwork(stream, {.dropout = false, .frozen = stream % 3 == 0}).network();
    const TrainingInput in(network, 6, stream);
    expect_same_training(network, in, run_together(network, in, {2, 3, 1}), run_reference(network, in));
    if (::testing::Test::HasFatalFailure()) return;
  }
}

TEST(TrainingPlan, TakesASmallerLastBatch) {
  for (uint32_t stream = 1580; stream < 1586; ++stream) {
    const Network network = RandomNetwork(stream, {}).network();
    const TrainingInput full(network, 5, stream), rest(network, 2, stream + 1);
    engine::TrainingPlan plan(network, full.weights.layout, 5);
    run_plan(plan, full);
    const TrainingOutput out = run_plan(plan, rest);
    expect_same_training(network, rest, out, run_reference(network, rest));
    if (HasFatalFailure()) return;
  }
}

TEST(TrainingPlan, ForgetsTheBatchBefore) {
  for (uint32_t stream = 1590; stream < 1596; ++stream) {
    const Network network = RandomNetwork(stream, {}).network();
    const TrainingInput first(network, 3, stream), other(network, 3, stream + 1);
    engine::TrainingPlan plan(network, first.weights.layout, 3);
    const TrainingOutput before = run_plan(plan, first);
    run_plan(plan, other);
    expect_same_bits(before, run_plan(plan, first), "the same batch twice");
  }
}

// What ranks that train together send while the pass still goes on must not change any more.
TEST(TrainingPlan, SaysWhichGradientsAreDone) {
  for (uint32_t stream = 1640; stream < 1652; ++stream) {
    SCOPED_TRACE("random network " + std::to_string(stream));
    NetworkKind kind;
    kind.dropout = stream % 2 == 0;
    kind.residual = stream % 3 != 0;
    kind.frozen = stream % 4 == 0;
    const Network network = RandomNetwork(stream, kind).network();
    const TrainingInput in(network, 3, stream);
    engine::TrainingPlan plan(network, in.weights.layout, 3);
    const TrainingOutput expected = run_plan(plan, in);
    std::vector<float> gradients(expected.gradients.size(), NAN), moments(expected.moments.size(), NAN);
    std::vector<std::vector<float>> when_said;
    int64_t last = in.weights.layout.trainable_floats;
    const auto said = [&](int64_t begin) {
      EXPECT_LE(begin, last);
      last = begin;
      when_said.emplace_back(gradients.begin() + begin, gradients.end());
    };
    engine::TrainingPlan::Batch batch{
        .n = in.n, .pictures = in.pictures, .targets = in.targets, .weights = in.row_weights};
    batch.seed = in.seed;
    batch.step = in.step;
    batch.on_gradients = said;
    const engine::TrainingPlan::Result result =
        plan.forward_backward(batch, in.weights.values.values(), gradients, moments);
    EXPECT_EQ(last, 0);
    EXPECT_EQ(result.penalty, expected.result.penalty);
    EXPECT_EQ(std::memcmp(gradients.data(), expected.gradients.data(), gradients.size() * sizeof(float)), 0);
    for (const std::vector<float>& part : when_said) {
      EXPECT_EQ(std::memcmp(part.data(), &*(gradients.end() - static_cast<int64_t>(part.size())),
                            part.size() * sizeof(float)),
                0);
    }
    EXPECT_GE(when_said.size(), 2u);
  }
}

TEST(TrainingPlan, KeepsItsBitsWhenMoreThreadsComeLater) {
  const Network network = RandomNetwork(1600, {}).network();
  const TrainingInput in(network, 3, 1600);
  set_num_threads(1);
  engine::TrainingPlan plan(network, in.weights.layout, 3);
  const TrainingOutput one = run_plan(plan, in);
  set_num_threads(3);
  const TrainingOutput three = run_plan(plan, in);
  set_num_threads(0);
  expect_same_bits(one, three, "planned for 1 thread, run with 3");
}

TEST(TrainingPlan, ComputesCheapValuesAgain) {
  Network network({12, 12, 1});
  network.add(Conv2D{.filters = 4, .activation = Activation::kRelu}, "first").add(Conv2D{.filters = 5}, "second");
  network.add(BatchNorm{}, "norm").add(ActivationLayer{Activation::kRelu}, "relu").add(Conv2D{.filters = 6}, "third");
  network.add(BatchNorm{}, "pooled").add(MaxPool2D{}, "pool").add(Conv2D{.filters = 3}, "fourth");
  network.add(Flatten{}).add(Dense{.units = 3}, "out");
  const TrainingInput in(network, 3, 1610);
  EXPECT_EQ(recomputed(network, in), (std::vector<std::string>{"norm+relu", "first"}));
  check_network(1610, network);
}

TEST(TrainingPlan, ComputesChainsOfCheapValuesAgain) {
  Network network({12, 12, 3});
  network.add(Conv2D{.filters = 4}, "first").add(BatchNorm{}, "norm").add(ActivationLayer{Activation::kRelu}, "relu");
  network.add(Dropout{0.3f}, "drop").add(Conv2D{.filters = 5}, "second").add(BatchNorm{}, "last");
  network.add(ActivationLayer{Activation::kSigmoid}, "sigmoid").add(Conv2D{.filters = 3}, "third");
  network.add(Flatten{}).add(Dense{.units = 3}, "out");
  const TrainingInput in(network, 3, 1612);
  EXPECT_EQ(recomputed(network, in), (std::vector<std::string>{"last", "sigmoid", "first", "norm+relu", "drop"}));
  check_network(1612, network);
}

TEST(TrainingPlan, KeepsWhatSeveralReadOrAFrozenLayerReads) {
  Network network({8, 8, 1});
  network.add(Conv2D{.filters = 4, .padding = Padding::same()}, "first").add(BatchNorm{}, "norm");
  network.add(Conv2D{.filters = 4, .padding = Padding::same()}, "second").add(Add{}, "sum", {"second", "norm"});
  network.add(BatchNorm{}, "last").add(Conv2D{.filters = 2}, "frozen").add(Flatten{}).add(Dense{.units = 3}, "out");
  for (Layer& layer : network.layers) layer.frozen = layer.name == "frozen";
  const TrainingInput in(network, 3, 1611);
  EXPECT_EQ(recomputed(network, in), std::vector<std::string>{});
  check_network(1611, network);
}

TEST(TrainingPlan, DropsOthersAtAnotherStep) {
  Network network({4, 4, 1});
  network.add(Flatten{}).add(Dropout{0.5f}).add(Dense{.units = 3});
  TrainingInput in(network, 4, 1601);
  const TrainingOutput first = run_plan(network, in, 4);
  in.step += 1;
  EXPECT_NE(first.gradients, run_plan(network, in, 4).gradients);
}

// Frozen layers: no gradient of their own, moments that stay, and the gradient passed through.
TEST(TrainingPlan, LeavesFrozenLayersAsTheyAre) {
  Network network({6, 6, 2});
  network.add(Conv2D{.filters = 3}, "first").add(BatchNorm{}, "norm").add(Conv2D{.filters = 2}, "second");
  network.add(Flatten{}).add(Dense{.units = 3}, "out");
  network.layers[1].frozen = network.layers[2].frozen = true;
  const TrainingInput in(network, 4, 1602);
  const TrainingOutput out = run_plan(network, in, 4);
  expect_same_training(network, in, out, run_reference(network, in));
  const auto before = in.weights.values.values();
  expect_same_bits(out.weights, {before.begin(), before.end()},
                   "weights, none of which is a moving moment in training");
  for (const Parameter& p : in.weights.layout.parameters)
    EXPECT_EQ(p.trainable, p.name.starts_with("first") || p.name.starts_with("out")) << p.name;
}

TEST(TrainingPlan, MovesTheMomentsOfABatchNorm) {
  Network network({1, 1, 1});
  network.add(BatchNorm{.momentum = 0.75f}, "norm").add(Flatten{}).add(Dense{.units = 2});
  TrainingInput in(network, 2, 1603);
  in.pictures = {1, 3};  // mean 2, biased variance 1
  for (const Parameter& p : in.weights.layout.parameters) {
    if (p.name == "norm/moving_mean") in.weights.of(p)[0] = 10;
    if (p.name == "norm/moving_variance") in.weights.of(p)[0] = 5;
  }
  const TrainingOutput out = run_plan(network, in, 2);
  for (const Parameter& p : in.weights.layout.parameters) {
    const float value = out.weights[static_cast<size_t>(p.offset)];
    if (p.name == "norm/moving_mean") {
      EXPECT_FLOAT_EQ(value, 8);
    }
    if (p.name == "norm/moving_variance") {
      EXPECT_FLOAT_EQ(value, 4);
    }
  }
}

TEST(TrainingPlan, LeavesZerosInTheGapsOfTheGradients) {
  Network network({3, 3, 1});
  network.add(Flatten{}).add(Dense{.units = 3});
  const TrainingInput in(network, 2, 1604);
  std::vector<float> gradients = run_plan(network, in, 2).gradients;
  for (const Parameter& p : in.weights.layout.parameters)
    std::fill_n(gradients.begin() + p.offset, p.shape.elements(), 0.0f);
  EXPECT_EQ(gradients, std::vector<float>(gradients.size()));
}

TEST(TrainingPlan, TellsWhatItWouldTake) {
  const Network network = RandomNetwork(1605, {}).network();
  const ParameterLayout layout = parameter_layout(network);
  EXPECT_EQ(engine::TrainingPlan(network, layout, 4).arena_bytes(),
            engine::TrainingPlan::arena_bytes(network, layout, 4));
  EXPECT_LT(engine::TrainingPlan::arena_bytes(network, layout, 1),
            engine::TrainingPlan::arena_bytes(network, layout, 8));
}

std::string refusal(const Network& network, int64_t max_batch) {
  try {
    engine::TrainingPlan(network, parameter_layout(network), max_batch);
  } catch (const Error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

TEST(TrainingPlan, RefusesWhatCannotBeTrained) {
  Network network({4, 4, 1});
  network.name = "stone";
  network.add(Flatten{}).add(Dense{.units = 2});
  EXPECT_EQ(refusal(network, 0), "batch size: expected 1 or more, found 0");
  network.layers[1].frozen = true;
  EXPECT_EQ(refusal(network, 1), "network stone: no layer to train (all are frozen or without parameters)");
  Network wide({40, 40, 1});
  wide.add(Conv2D{.filters = 1}).add(MaxPool2D{.pool = {20, 20}}).add(Flatten{}).add(Dense{.units = 2});
  EXPECT_EQ(refusal(wide, 1), "max pool of 20 x 20: expected at most 255 cells to train");
}

}  // namespace
}  // namespace fer::testing
