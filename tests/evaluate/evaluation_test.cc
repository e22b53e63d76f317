#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "fer/error.h"
#include "fer/evaluate.h"
#include "fer/trainer.h"
#include "tests/train/small_run.h"

namespace fer {
namespace {

Model untrained_model() {
  const Network network = small_network();
  return {network, initialize(network, 5), {}};
}

TEST(PredictRows, GivesDistributions) {
  const SmallRun run;
  const Tensor p = predict_rows(untrained_model(), run.data, run.validation);
  ASSERT_EQ(p.shape(), Shape({20, 3}));
  for (int64_t i = 0; i < 20; ++i) {
    float sum = 0;
    for (int64_t k = 0; k < 3; ++k) sum += p.data()[i * 3 + k];
    EXPECT_NEAR(sum, 1, 1e-6);
  }
}

TEST(PredictRows, DoesNotDependOnTheBatchSizeBeyondRounding) {
  const SmallRun run;
  const Model model = untrained_model();
  const Tensor whole = predict_rows(model, run.data, run.validation, 64);
  for (int64_t batch : {1, 3, 7, 20}) {
    const Tensor p = predict_rows(model, run.data, run.validation, batch);
    for (size_t i = 0; i < p.size(); ++i) EXPECT_NEAR(p.data()[i], whole.data()[i], 1e-5) << batch;
  }
}

TEST(PredictRows, FollowsTheOrderOfTheRows) {
  const SmallRun run;
  const Model model = untrained_model();
  const Tensor p = predict_rows(model, run.data, std::vector<int64_t>{4, 2, 4}, 1);
  const Tensor two = predict_rows(model, run.data, std::vector<int64_t>{2}, 1);
  EXPECT_TRUE(same_bits(p.values().subspan(0, 3), p.values().subspan(6, 3)));
  EXPECT_TRUE(same_bits(p.values().subspan(3, 3), two.values()));
}

// A model that sees the centre answers as its network does about pictures that were cropped before.
TEST(PredictRows, TakeTheCentreOfLargerPictures) {
  const SmallRun run;
  Dataset centres = run.data;
  centres.height = 3;
  centres.width = 4;
  centres.pixels.clear();
  for (int64_t i = 0; i < run.data.size(); ++i) {
    for (size_t y = 2; y < 5; ++y) {
      for (size_t x = 1; x < 5; ++x) centres.pixels.push_back(run.data.picture(i)[y * 6 + x]);
    }
  }
  Network network = small_network();
  network.input = Shape({3, 4, 1});
  const Model plain = {network, initialize(network, 5), {.scale = 0.01f, .shift = -1}};
  Model centre = plain;
  centre.preprocessing.resize = {6, 6};
  for (const int64_t batch : {1, 7, 64}) {
    const Tensor a = predict_rows(centre, run.data, run.validation, batch);
    EXPECT_TRUE(same_bits(a.values(), predict_rows(plain, centres, run.validation, batch).values()));
  }
  EXPECT_EQ(evaluate(centre, run.data, run.validation).accuracy, evaluate(plain, centres, run.validation).accuracy);
}

TEST(Evaluate, StopsWithinABatchWhereItIsAskedTo) {
  const SmallRun run;
  const Model model = untrained_model();
  for (const bool flip : {false, true}) {
    int asked = 0;
    EXPECT_EQ(
        message_of([&] { evaluate(model, run.data, run.validation, 4, {.flip = flip}, [&] { return ++asked == 2; }); }),
        "evaluation: stopped before its end");
    EXPECT_EQ(asked, 2);
  }
  const Evaluation whole = evaluate(model, run.data, run.validation, 4);
  EXPECT_EQ(evaluate(model, run.data, run.validation, 4, {}, [] { return false; }).loss, whole.loss);
}

TEST(PredictRows, FlipIsTheMeanWithTheMirrorImage) {
  const SmallRun run;
  Dataset mirrored = run.data;
  for (size_t i = 0; i < mirrored.pixels.size(); i += 6) {
    std::reverse(mirrored.pixels.begin() + i, mirrored.pixels.begin() + i + 6);
  }
  const Model model = untrained_model();
  const Tensor a = predict_rows(model, run.data, run.validation, 8),
               b = predict_rows(model, mirrored, run.validation, 8);
  const Tensor both = predict_rows(model, run.data, run.validation, 8, {.flip = true});
  EXPECT_FALSE(same_bits(a.values(), b.values()));
  for (size_t i = 0; i < both.size(); ++i) EXPECT_EQ(both.data()[i], (a.data()[i] + b.data()[i]) * 0.5f);
}

TEST(PredictRows, TurnsLogitsIntoProbabilities) {
  Network logits = small_network();
  logits.layers.back().kind = Dense{.units = 3};
  Model model = untrained_model();
  const SmallRun run;
  const Tensor expected = predict_rows(model, run.data, run.validation);
  model.network = logits;
  const Tensor found = predict_rows(model, run.data, run.validation);
  for (size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found.data()[i], expected.data()[i], 1e-6);
}

TEST(PredictRows, OfNoRowsIsEmpty) {
  EXPECT_EQ(predict_rows(untrained_model(), SmallRun().data, {}).shape(), Shape({0, 3}));
}

TEST(PredictRows, RefusesABatchSizeOfZeroAndUnknownRows) {
  const SmallRun run;
  EXPECT_THROW(predict_rows(untrained_model(), run.data, run.validation, 0), Error);
  EXPECT_THROW(predict_rows(untrained_model(), run.data, std::vector<int64_t>{90}), Error);
  EXPECT_THROW(predict_rows(untrained_model(), run.data, std::vector<int64_t>{-1}), Error);
}

TEST(Evaluate, IsPredictionAndMetricsTogether) {
  const SmallRun run;
  const Model model = untrained_model();
  const Evaluation e = evaluate(model, run.data, run.validation, 8);
  std::vector<uint8_t> labels;
  for (int64_t row : run.validation) labels.push_back(run.data.labels[row]);
  const Evaluation expected = evaluate_probabilities(predict_rows(model, run.data, run.validation, 8), labels,
                                                     run.validation, model.network.class_names);
  EXPECT_EQ(e.loss, expected.loss);
  EXPECT_EQ(e.confusion, expected.confusion);
  EXPECT_EQ(e.classes[1].name, "middle");
  ASSERT_FALSE(e.worst.empty());
  EXPECT_GE(e.worst[0].row, 70);
}

TEST(FittedTemperature, IsTheBestOfThePicturesWhateverTheModelHas) {
  const SmallRun run;
  Model model = untrained_model();
  const double fitted = fitted_temperature(model, run.data, run.train);
  EXPECT_NEAR(fitted, evaluate(model, run.data, run.train).calibration.best_temperature, 1e-6 * fitted);
  model.temperature = 3;
  EXPECT_EQ(fitted_temperature(model, run.data, run.train), fitted);
  model.temperature = fitted;
  EXPECT_NEAR(evaluate(model, run.data, run.train).calibration.best_temperature, 1, 1e-4);
  const Views flip = {.flip = true};
  model.temperature = fitted_temperature(model, run.data, run.train, 16, flip);
  EXPECT_NEAR(evaluate(model, run.data, run.train, 16, flip).calibration.best_temperature, 1, 1e-4);
}

TEST(FittedTemperature, NeedsPicturesAndLogits) {
  const SmallRun run;
  Model model = untrained_model();
  EXPECT_EQ(message_of([&] { fitted_temperature(model, run.data, {}); }),
            "temperature: expected one labelled picture or more, found none");
  EXPECT_EQ(message_of([&] { fitted_temperature(model, run.data, run.train, 64, {}, [] { return true; }); }),
            "evaluation: stopped before its end");
  std::get<Dense>(model.network.layers.back().kind).activation = Activation::kSigmoid;
  EXPECT_EQ(message_of([&] { fitted_temperature(model, run.data, run.train); }),
            "temperature: expected a network that gives logits or ends in a softmax, found one that ends in sigmoids");
}

TEST(MisclassifiedRows, AreThoseThatTheConfusionCounts) {
  const SmallRun run;
  const Model model = untrained_model();
  const std::vector<int64_t> wrong = misclassified_rows(model, run.data, run.validation);
  const Evaluation all = evaluate(model, run.data, run.validation), those = evaluate(model, run.data, wrong);
  EXPECT_EQ(static_cast<int64_t>(wrong.size()), std::llround((1 - all.accuracy) * static_cast<double>(all.count)));
  EXPECT_GT(those.count, 0);
  EXPECT_EQ(those.accuracy, 0);
  EXPECT_TRUE(std::is_sorted(wrong.begin(), wrong.end()));
}

TEST(Evaluate, RefusesDataWithoutLabels) {
  SmallRun run;
  run.data.labels.clear();
  EXPECT_THROW(misclassified_rows(untrained_model(), run.data, run.validation), Error);
  EXPECT_THROW(evaluate(untrained_model(), run.data, run.validation), Error);
  EXPECT_NO_THROW(predict_rows(untrained_model(), run.data, run.validation));
}

}  // namespace
}  // namespace fer
