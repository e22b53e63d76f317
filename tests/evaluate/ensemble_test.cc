#include "fer/ensemble.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/train/small_run.h"

namespace fer {
namespace {

// A network that gives these probabilities for every picture.
Model constant_model(const std::vector<float>& probabilities, std::vector<std::string> names = {"a", "b", "c"}) {
  Network net({6, 6, 1}, std::move(names));
  net.add(Flatten{});
  net.add(Dense{.units = static_cast<int64_t>(probabilities.size()),
                .activation = Activation::kSoftmax,
                .kernel_init = {Initializer::Kind::kZeros}},
          "out");
  Model model{net, initialize(net, 1), {}};
  for (const Parameter& p : model.weights.layout.parameters) {
    if (p.name != "out/bias") continue;
    const std::span<float> bias = model.weights.of(p);
    for (size_t k = 0; k < bias.size(); ++k) bias[k] = std::log(probabilities[k]);
  }
  return model;
}

std::vector<float> answer(const std::vector<Model>& models, EnsembleRule rule) {
  const Tensor p = predict_ensemble(models, rule, small_dataset(), std::vector<int64_t>{4});
  return {p.values().begin(), p.values().end()};
}

void expect_near(const std::vector<float>& found, const std::vector<double>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t k = 0; k < found.size(); ++k) EXPECT_NEAR(found[k], expected[k], 1e-6) << k;
}

TEST(Ensemble, AveragesProbabilities) {
  expect_near(answer({constant_model({0.7f, 0.2f, 0.1f}), constant_model({0.1f, 0.6f, 0.3f})}, EnsembleRule::kMean),
              {0.4, 0.4, 0.2});
}

TEST(Ensemble, VotesCountMoreThanProbabilities) {
  // Two models are for c by little, one is for a by much.
  const std::vector<Model> models = {constant_model({0.9f, 0.05f, 0.05f}), constant_model({0.35f, 0.25f, 0.4f}),
                                     constant_model({0.35f, 0.25f, 0.4f})};
  expect_near(answer(models, EnsembleRule::kVote), {(1 + 1.6 / 3) / 4, (0.55 / 3) / 4, (2 + 0.85 / 3) / 4});
}

TEST(Ensemble, OfEqualVotesTheLargerMeanComesFirst) {
  const std::vector<float> p =
      answer({constant_model({0.5f, 0.3f, 0.2f}), constant_model({0.2f, 0.7f, 0.1f})}, EnsembleRule::kVote);
  EXPECT_GT(p[1], p[0]);
  EXPECT_NEAR(p[0] + p[1] + p[2], 1, 1e-6);
}

TEST(Ensemble, TablesOfDifferentSizesAreRefused) {
  const auto join = [](const std::vector<std::vector<float>>& models, int64_t classes) {
    return join_probabilities(models, classes, EnsembleRule::kMean);
  };
  EXPECT_EQ(join({{0.25f, 0.75f}, {0.75f, 0.25f}}, 2), (std::vector<float>{0.5f, 0.5f}));
  EXPECT_THROW(join({}, 2), Error);
  EXPECT_THROW(join({{0.5f, 0.5f}, {1}}, 2), Error);
  EXPECT_THROW(join({{0.5f, 0.5f, 0}}, 2), Error);
}

TEST(Ensemble, WeightsSayWhatEachModelCountsInTheMean) {
  const std::vector<std::vector<float>> models = {{0.8f, 0.2f}, {0.4f, 0.6f}};
  const auto join = [&](const std::vector<double>& weights, EnsembleRule rule = EnsembleRule::kMean) {
    return join_probabilities(models, 2, rule, weights);
  };
  expect_near(join({3, 1}), {0.7, 0.3});
  EXPECT_EQ(join({2, 2}), join({}));
  EXPECT_EQ(join({0, 5}), models[1]);
  for (const auto& [weights, says] : std::vector<std::pair<std::vector<double>, std::string>>{
           {{1}, "weights: expected 2, one per model, found 1"},
           {{1, -1}, "weights: expected numbers of 0 or more, found -1"},
           {{0, 0}, "weights: expected a sum above 0, found 0"},
           {{1, std::nan("")}, "weights: expected numbers of 0 or more, found nan"}}) {
    EXPECT_EQ(message_of([&join, &wrong = weights] { join(wrong); }), says);
  }
  EXPECT_EQ(message_of([&] {
              join({1, 1}, EnsembleRule::kVote);
            }),
            "weights: expected with the mean of probabilities, found with votes");
}

TEST(Ensemble, OfOneModelIsTheModel) {
  const Dataset data = small_dataset();
  const std::vector<int64_t> rows = numbers(0, 30);
  const Network net = small_network();
  const std::vector<Model> one = {{net, initialize(net, 3), {}}};
  const Tensor alone = predict_rows(one[0], data, rows),
               joined = predict_ensemble(one, EnsembleRule::kMean, data, rows);
  EXPECT_TRUE(same_bits(alone.values(), joined.values()));
  EXPECT_EQ(evaluate_ensemble(one, EnsembleRule::kMean, data, rows).loss, evaluate(one[0], data, rows).loss);
}

TEST(Ensemble, RefusesModelsOfOtherClasses) {
  const Model abc = constant_model({0.5f, 0.3f, 0.2f});
  EXPECT_EQ(message_of([&] {
              answer({abc, constant_model({0.5f, 0.5f}, {"a", "b"})}, EnsembleRule::kMean);
            }),
            "model 2: expected classes 3 (a, b, c), found 2 (a, b)");
  EXPECT_EQ(message_of([&] {
              answer({abc, abc, constant_model({0.5f, 0.3f, 0.2f}, {"a", "c", "b"})}, EnsembleRule::kVote);
            }),
            "model 3: expected classes 3 (a, b, c), found 3 (a, c, b)");
  EXPECT_EQ(message_of([&] { answer({}, EnsembleRule::kMean); }), "ensemble: expected at least one model, found none");
}

}  // namespace
}  // namespace fer
