#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "fer/error.h"
#include "fer/explain.h"
#include "fer/predictor.h"
#include "tests/predict/small_model.h"

namespace fer {
namespace {

void set_parameter(Weights& weights, const std::string& name, std::vector<float> values) {
  for (const Parameter& p : weights.layout.parameters) {
    if (p.name != name) continue;
    ASSERT_EQ(static_cast<size_t>(p.shape.elements()), values.size()) << name;
    std::ranges::copy(values, weights.of(p).begin());
    return;
  }
  FAIL() << name;
}

// Two maps, the picture and its negative, whose means are weighted: scores 4 m - 8 (-m) and 1 m + 2 (-m).
Model two_maps() {
  Network network({2, 2, 1}, {"a", "b"});
  network.add(Conv2D{.filters = 2, .kernel = {1, 1}}, "maps");
  network.add(GlobalAveragePool2D{}, "mean");
  network.add(Dense{.units = 2, .activation = Activation::kSoftmax}, "out");
  Weights weights(network);
  set_parameter(weights, "maps/kernel", {1, -1});
  set_parameter(weights, "out/kernel", {4, 1, -8, 2});
  return {network, weights, {.scale = 1, .shift = -3}};
}

// A = (x, -x) with x = pixel - 3: -3, -1, 1, 3. For "a" the weights are 4/4 and -8/4: 1 x + 2 x, cut off at 0.
TEST(Explainer, GradCamIsWhatTheEquationsSay) {
  const Explainer explainer(two_maps());
  EXPECT_EQ(explainer.layer(), "maps");
  const std::vector<uint8_t> pixels = {0, 2, 4, 6};
  const Explanation a = explainer.grad_cam(pixels, 0);
  EXPECT_EQ(a.map.values, (std::vector<float>{0, 0, 3, 9}));
  EXPECT_NEAR(a.score, 0, 1e-6);  // the mean of x is 0
  // For "b": 1/4 x - 2/4 x = -x/4.
  const Explanation b = explainer.grad_cam(pixels, 1);
  EXPECT_EQ(b.map.values, (std::vector<float>{0.75f, 0.25f, 0, 0}));
  EXPECT_EQ(a.probabilities, (std::vector<float>{0.5f, 0.5f}));
}

TEST(Explainer, TheMostProbableClassIsExplainedUnlessAnotherIsAskedFor) {
  const Explainer explainer(two_maps());
  const std::vector<uint8_t> bright = {6, 6, 6, 6}, dark = {0, 0, 0, 0};
  EXPECT_EQ(explainer.grad_cam(bright).index, 0);
  EXPECT_NEAR(explainer.grad_cam(bright).score, 36, 1e-4);
  EXPECT_EQ(explainer.grad_cam(dark).index, 1);
  EXPECT_EQ(explainer.grad_cam(dark, 0).index, 0);
}

TEST(Explainer, ProbabilitiesAreThePredictors) {
  Model model = small_model();
  model.temperature = 2;
  const std::vector<uint8_t> pixels = small_pictures(1);
  EXPECT_EQ(Explainer(model).grad_cam(pixels).probabilities, Predictor(model).predict(pixels).probabilities);
}

TEST(Explainer, AMapCoversThePictureThatTheModelTakes) {
  Model model = small_model();
  model.preprocessing.resize = {9, 8};
  const Explainer explainer(model);
  EXPECT_EQ(explainer.height(), 9);
  EXPECT_EQ(explainer.width(), 8);
  std::vector<uint8_t> pixels(9 * 8 * 2);
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<uint8_t>(i * i % 253);
  float seen = 0;
  for (int index = 0; index < 3; ++index) {
    const Heatmap map = explainer.grad_cam(pixels, index).map;
    ASSERT_EQ(map.values.size(), 72u);
    seen = std::max(seen, map.largest());
    for (int64_t y = 0; y < 9; ++y) {
      for (int64_t x = 0; x < 8; ++x) {
        const bool outside = y < 2 || y >= 7 || x < 2 || x >= 6;
        EXPECT_TRUE(!outside || map.values[static_cast<size_t>(y * 8 + x)] == 0) << y << " " << x;
      }
    }
  }
  EXPECT_GT(seen, 0);
}

// A network that sees nothing but its picture's last pixel.
Model last_pixel() {
  Network network({6, 6, 1}, {"a", "b"});
  network.add(Conv2D{.filters = 1, .kernel = {1, 1}}, "same");
  network.add(Flatten{}, "flat");
  network.add(Dense{.units = 2, .activation = Activation::kSoftmax}, "out");
  Weights weights(network);
  set_parameter(weights, "same/kernel", {1});
  std::vector<float> kernel(72, 0.0f);
  kernel[70] = 4;
  set_parameter(weights, "out/kernel", kernel);
  return {network, weights, {}};
}

TEST(Explainer, OcclusionFindsTheOnePixelThatCounts) {
  const Explainer explainer(last_pixel());
  std::vector<uint8_t> pixels(36, 0);
  pixels[35] = 180;  // the mean is 5
  const Explanation why = explainer.occlusion(pixels, 0, {.size = 2, .stride = 1});
  const auto probability = [](double x) { return 1 / (1 + std::exp(-4 * x / 255)); };
  const double lost = probability(180) - probability(5);
  // Of the squares that cover the last pixel there is one; its neighbours are covered by it and others.
  EXPECT_NEAR(why.map.values[35], lost, 1e-6);
  EXPECT_NEAR(why.map.values[34], lost / 2, 1e-6);
  EXPECT_NEAR(why.map.values[28], lost / 4, 1e-6);
  EXPECT_EQ(why.map.values[0], 0);
  EXPECT_NEAR(why.score, 4 * 180.0 / 255, 1e-5);
  // The other class has gained what this one lost.
  EXPECT_NEAR(explainer.occlusion(pixels, 1, {.size = 2, .stride = 1}).map.values[35], -lost, 1e-6);
  EXPECT_THROW(explainer.occlusion(pixels, 0, {.size = 7}), Error);
  EXPECT_THROW(explainer.occlusion(pixels, 0, {.size = -1}), Error);
}

TEST(Explainer, ALayersValuesAreThoseOfThePicture) {
  const Image picture = {6, 6, 1, std::vector<uint8_t>(36, 51)};
  const Tensor values = layer_output(last_pixel(), "same", picture);
  EXPECT_EQ(values.shape(), Shape({6, 6, 1}));
  for (const float x : values.values()) EXPECT_NEAR(x, 0.2f, 1e-6);
  const Tensor out = layer_output(last_pixel(), "out", picture);
  EXPECT_EQ(out.shape(), Shape({2}));
  EXPECT_NEAR(out.values()[0], 1 / (1 + std::exp(-0.8)), 1e-6);
}

TEST(Explainer, RefusesWhatDoesNotFit) {
  EXPECT_THROW(Explainer(two_maps(), "nothing"), Error);
  EXPECT_THROW(Explainer(two_maps(), "mean"), Error);  // it has no rows and columns
  const Explainer explainer(two_maps());
  const std::vector<uint8_t> pixels = {0, 2, 4, 6};
  EXPECT_THROW(explainer.grad_cam(pixels, 2), Error);
  EXPECT_THROW(explainer.grad_cam(pixels, -2), Error);
  EXPECT_THROW(explainer.grad_cam(std::span(pixels).first(3)), Error);
  EXPECT_THROW(layer_gradient(two_maps(), "maps", std::vector<float>(3), 0), Error);
  EXPECT_THROW(layer_gradient(two_maps(), "maps", std::vector<float>(4), 5), Error);
  Network landmarks({68, 2, 1});
  landmarks.add(Flatten{});
  landmarks.add(Dense{.units = 2});
  EXPECT_THROW(Explainer(Model{landmarks, Weights(landmarks), {}}), Error);
}

TEST(Explainer, ManyThreadsMayAskAtOnce) {
  const Explainer explainer(small_model());
  const std::vector<uint8_t> pixels = small_pictures(1);
  const std::vector<float> expected = explainer.grad_cam(pixels, 1).map.values;
  std::vector<std::vector<float>> found(4);
  std::vector<std::thread> threads;
  for (std::vector<float>& map : found) {
    threads.emplace_back([&] { map = explainer.grad_cam(pixels, 1).map.values; });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<float>& map : found) EXPECT_EQ(map, expected);
}

// Every network that comes with libfer can be explained.
TEST(Explainer, TakesTheNetworksOfTheLibrary) {
  for (const char* name : {"seed001_resnet34", "seed001_shallow_cnn", "seed004_cnn5"}) {
    Network network = load_network(name);
    Weights weights = initialize(network, 3);
    const Explainer explainer(Model{std::move(network), std::move(weights), {}});
    std::vector<uint8_t> pixels(static_cast<size_t>(explainer.height() * explainer.width() * explainer.channels()));
    for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<uint8_t>(i * 7 % 251);
    const Explanation why = explainer.grad_cam(pixels);
    EXPECT_TRUE(std::isfinite(why.score)) << name;
    EXPECT_EQ(why.map.values.size(), static_cast<size_t>(explainer.height() * explainer.width())) << name;
  }
}

}  // namespace
}  // namespace fer
