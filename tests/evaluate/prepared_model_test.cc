#include "evaluate/prepared_model.h"

#include <gtest/gtest.h>

#include <cmath>

#include "data/batches.h"
#include "tests/predict/small_model.h"

namespace fer::evaluation {
namespace {

// small_model without its softmax: it gives logits.
Model logits_model() {
  Model model = small_model();
  std::get<Dense>(model.network.layers.back().kind).activation = Activation::kLinear;
  return model;
}

PreparedModel prepared(const Model& model, Outputs outputs) {
  return {model.network, model.weights.layout, model.weights.values.values(), model.preprocessing, {}, outputs};
}

TEST(PreparedModel, PixelsAreAskedAsTheirPreprocessedNumbersAre) {
  Model model = small_model();
  model.preprocessing = {.scale = 1.0f / 127.5f, .shift = -1};
  const PreparedModel asked = prepared(model, Outputs::kProbabilities);
  PreparedModel::Workspace workspace = asked.make_workspace(4);
  const std::vector<uint8_t> pixels = small_pictures(3);
  std::vector<float> numbers(pixels.begin(), pixels.end());
  for (float& x : numbers) x = x * (1.0f / 127.5f) + -1.0f;
  std::vector<float> from_pixels(9), from_numbers(9), in_place(9);
  asked.ask(workspace, pixels, from_pixels);
  asked.ask(workspace, std::span<const float>(numbers), from_numbers);
  std::copy(numbers.begin(), numbers.end(), workspace.inputs.values().begin());
  asked.ask(workspace, 3, in_place);
  EXPECT_EQ(from_pixels, from_numbers);
  EXPECT_EQ(from_pixels, in_place);
  EXPECT_EQ(asked.classes(), 3);
  EXPECT_EQ(asked.picture(), Shape({5, 4, 2}));
}

TEST(PreparedModel, LogitsBecomeProbabilitiesUnlessTheyAreWantedRaw) {
  const Model model = logits_model();
  const std::vector<uint8_t> pixels = small_pictures(1);
  std::vector<float> raw(3), probabilities(3);
  const PreparedModel one = prepared(model, Outputs::kRaw), other = prepared(model, Outputs::kProbabilities);
  PreparedModel::Workspace a = one.make_workspace(1), b = other.make_workspace(1);
  one.ask(a, pixels, raw);
  other.ask(b, pixels, probabilities);
  double sum = 0;
  for (const float x : raw) sum += std::exp(static_cast<double>(x));
  for (size_t k = 0; k < 3; ++k) EXPECT_NEAR(probabilities[k], std::exp(static_cast<double>(raw[k])) / sum, 1e-6);
}

TEST(PreparedModel, AnObserverSeesTheInputsOfLayers) {
  const Model model = small_model();
  const PreparedModel asked = prepared(model, Outputs::kProbabilities);
  PreparedModel::Workspace workspace = asked.make_workspace(2);
  std::vector<float> out(6);
  std::vector<int> layers;
  const engine::InputObserver observer = [&](int layer, std::span<const float>) { layers.push_back(layer); };
  asked.ask(workspace, small_pictures(2), out, &observer);
  EXPECT_EQ(layers, (std::vector<int>{0, 4}));
}

// As in training: fitted pictures are equalised whole, the centre is standardised, then come scale and shift.
TEST(PreparedModel, PicturesAreEqualisedAndStandardisedAsInTraining) {
  for (const PictureSize resize : {PictureSize{}, PictureSize{8, 7}}) {
    for (const bool equalize : {false, true}) {
      for (const Standardization standardize : {Standardization::kNone, Standardization::kPicture}) {
        Model model = small_model();
        model.preprocessing = {
            .scale = 0.5f, .shift = 0.25f, .resize = resize, .equalize = equalize, .standardize = standardize};
        const Shape picture = picture_shape(model);
        Dataset data;
        data.height = picture[0], data.width = picture[1], data.channels = picture[2];
        for (int64_t i = 0; i < 3 * picture.elements(); ++i) data.pixels.push_back(static_cast<uint8_t>(i * i % 201));
        std::vector<float> inputs(3 * 40), from_pixels(9), from_inputs(9);
        data::fill_batch(data, std::vector<int64_t>{0, 1, 2},
                         {.scale = 0.5f,
                          .shift = 0.25f,
                          .shape = {5, 4, 2},
                          .resize = resize,
                          .equalize = equalize,
                          .standardize = standardize == Standardization::kPicture},
                         inputs);
        const PreparedModel asked = prepared(model, Outputs::kProbabilities);
        PreparedModel::Workspace workspace = asked.make_workspace(3);
        asked.ask(workspace, data.pixels, from_pixels);
        const std::span<float> seen = workspace.inputs.values().first(120);
        EXPECT_TRUE(std::equal(seen.begin(), seen.end(), inputs.begin()));
        std::copy(inputs.begin(), inputs.end(), workspace.inputs.values().begin());
        asked.ask(workspace, 3, from_inputs);
        EXPECT_EQ(from_pixels, from_inputs);
      }
    }
  }
}

}  // namespace
}  // namespace fer::evaluation
