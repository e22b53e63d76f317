// What each view is, told by a model that is asked about pictures which were cut, moved and mirrored before.
#include "evaluate/viewed_model.h"

#include <gtest/gtest.h>

#include <cmath>

#include "fer/error.h"
#include "fer/evaluate.h"
#include "fer/quantize.h"
#include "tests/predict/small_model.h"
#include "tests/train/small_run.h"

namespace fer::evaluation {
namespace {

constexpr int64_t kHeight = 7, kWidth = 8;

// Takes pictures of any size: 4x5 crops of kHeight x kWidth.
Model crop_model(Activation last = Activation::kSoftmax) {
  Network net({4, 5, 1}, {"a", "b", "c"});
  net.name = "crops";
  net.add(Conv2D{.filters = 6, .padding = Padding::same(), .activation = Activation::kRelu}, "conv");
  net.add(GlobalAveragePool2D{}, "pool");
  net.add(Dense{.units = 3, .activation = last}, "out");
  Weights weights = initialize(net, 3);
  return {std::move(net), std::move(weights), {.scale = 0.02f, .shift = -1, .resize = {kHeight, kWidth}}};
}

using Picture = std::vector<uint8_t>;

Picture picture(uint32_t seed) {
  Picture pixels;
  for (int64_t i = 0; i < kHeight * kWidth; ++i)
    pixels.push_back(static_cast<uint8_t>((seed = seed * 1664525 + 1013904223) >> 24));
  return pixels;
}

Picture mirrored(const Picture& whole) {
  Picture out;
  for (int64_t y = 0; y < kHeight; ++y) {
    for (int64_t x = kWidth; x-- > 0;) out.push_back(whole[y * kWidth + x]);
  }
  return out;
}

std::vector<float> answer(const Model& model, const Picture& pixels, const Views& views = {}) {
  const ViewedModel viewed(model, views);
  ViewedModel::Workspace workspace = viewed.make_workspace(1);
  std::vector<float> p(3);
  viewed.ask(workspace, pixels, p);
  return p;
}

// The answer to a part of the size of the network's input, or to all, by a network of that size.
std::vector<float> answer_to_part(Model model, const Picture& whole, int64_t top, int64_t left,
                                  PictureSize size = {4, 5}) {
  Picture part;
  for (int64_t y = 0; y < size.height; ++y) {
    for (int64_t x = 0; x < size.width; ++x) part.push_back(whole[(top + y) * kWidth + left + x]);
  }
  model.network.input = Shape({size.height, size.width, 1});
  model.preprocessing.resize = {};
  return answer(model, part);
}

using Answers = std::vector<std::vector<float>>;

Answers corners(const Model& model, const Picture& whole) {
  Answers answers = {answer_to_part(model, whole, 2, 2)};
  for (const int64_t top : {0, 3}) {
    for (const int64_t left : {0, 3}) answers.push_back(answer_to_part(model, whole, top, left));
  }
  return answers;
}

std::vector<double> mean(const Answers& answers) {
  std::vector<double> sum(3);
  for (const auto& p : answers) {
    for (size_t k = 0; k < 3; ++k) sum[k] += p[k] / static_cast<double>(answers.size());
  }
  return sum;
}

std::vector<double> mean_of_logits(const Answers& answers) {
  std::vector<double> products(3, 1);
  for (const auto& p : answers) {
    for (size_t k = 0; k < 3; ++k) products[k] *= std::pow(p[k], 1.0 / static_cast<double>(answers.size()));
  }
  const double sum = products[0] + products[1] + products[2];
  for (double& p : products) p /= sum;
  return products;
}

void expect_near(const std::vector<float>& found, const std::vector<double>& expected) {
  for (size_t k = 0; k < 3; ++k) EXPECT_NEAR(found[k], expected[k], 2e-6) << k;
}

Answers joined(Answers a, const Answers& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(ViewedModel, FiveAreTheCentreAndTheCorners) {
  const Model model = crop_model();
  const Picture whole = picture(1);
  expect_near(answer(model, whole, views_from_name("five")), mean(corners(model, whole)));
  EXPECT_NE(answer(model, whole, views_from_name("five")), answer(model, whole));
}

TEST(ViewedModel, TenAreFiveOfThePictureAndFiveOfItsMirrorImage) {
  const Model model = crop_model();
  const Picture whole = picture(2);
  const Answers ten = joined(corners(model, whole), corners(model, mirrored(whole)));
  expect_near(answer(model, whole, views_from_name("ten")), mean(ten));
}

TEST(ViewedModel, DenseIsTheSameNetworkAtTheSizeOfTheWholePicture) {
  const Model model = crop_model();
  const Picture whole = picture(3);
  const std::vector<float> all = answer_to_part(model, whole, 0, 0, {kHeight, kWidth}),
                           mirror = answer_to_part(model, mirrored(whole), 0, 0, {kHeight, kWidth});
  EXPECT_EQ(answer(model, whole, views_from_name("dense")), all);
  expect_near(answer(model, whole, views_from_name("dense+flip")), mean({all, mirror}));
  expect_near(answer(model, whole, views_from_name("five+dense")), mean(joined(corners(model, whole), {all})));
}

TEST(ViewedModel, ShiftsMoveTheCropByAPixel) {
  const Model model = crop_model();
  const Picture whole = picture(4);
  Answers five = {answer_to_part(model, whole, 2, 2)};
  for (const auto& [top, left] : {std::pair(1, 2), {3, 2}, {2, 1}, {2, 3}}) {
    five.push_back(answer_to_part(model, whole, top, left));
  }
  expect_near(answer(model, whole, views_from_name("shifts")), mean(five));
}

TEST(ViewedModel, ThereIsAMeanOfLogitsToo) {
  const Picture whole = picture(5);
  for (const Activation last : {Activation::kSoftmax, Activation::kLinear}) {
    const Model model = crop_model(last);
    Views views = views_from_name("five");
    views.mean = ViewMean::kLogits;
    expect_near(answer(model, whole, views), mean_of_logits(corners(model, whole)));
    const Views one = {.mean = ViewMean::kLogits};
    EXPECT_EQ(answer(model, whole, one), answer(model, whole)) << "of one view it is the view";
  }
  Views views = {.flip = true, .mean = ViewMean::kLogits};
  EXPECT_NE(message_of([&] {
              ViewedModel(crop_model(Activation::kSigmoid), views);
            }).find("view mean logits: expected a network that gives logits"),
            std::string::npos);
}

TEST(ViewedModel, PicturesOfABatchAreAnsweredApart) {
  const Model model = crop_model();
  for (const char* name : {"none", "ten", "shifts+flip", "ten+dense"}) {
    const ViewedModel viewed(model, views_from_name(name));
    ViewedModel::Workspace workspace = viewed.make_workspace(20);
    Picture batch;
    for (uint32_t i = 0; i < 20; ++i) {
      const Picture one = picture(i);
      batch.insert(batch.end(), one.begin(), one.end());
    }
    std::vector<float> p(60);
    viewed.ask(workspace, batch, p);
    for (uint32_t i = 0; i < 20; ++i) {
      const std::vector<float> alone = answer(model, picture(i), views_from_name(name));
      for (size_t k = 0; k < 3; ++k) EXPECT_NEAR(p[3 * i + k], alone[k], 2e-6) << name << " " << i;
    }
  }
}

TEST(ViewedModel, AModelWithoutACropHasFlipAndShiftsOnly) {
  Model model = crop_model();
  model.preprocessing.resize = {};
  EXPECT_NO_THROW(ViewedModel(model, views_from_name("shifts+flip")));
  for (const char* name : {"five", "ten", "dense", "shifts+dense"}) {
    const std::string message = message_of([&] { ViewedModel(model, views_from_name(name)); });
    EXPECT_TRUE(message.starts_with("views " + std::string(name) + ": expected a model that stores a size")) << message;
    EXPECT_NE(message.find("found one that sees the whole picture, [4, 5, 1]: none, flip, shifts and shifts+flip work"),
              std::string::npos);
  }
}

TEST(ViewedModel, WhatPreventsADenseViewIsNamed) {
  const Model flat = [] {
    Network net({4, 5, 1}, {"a", "b", "c"});
    net.name = "flat";
    net.add(Conv2D{.filters = 6}, "conv");
    net.add(Flatten{}, "unroll");
    net.add(Dense{.units = 3}, "out");
    return Model{net, initialize(net, 1), {.resize = {kHeight, kWidth}}};
  }();
  EXPECT_NO_THROW(ViewedModel(flat, views_from_name("ten")));
  EXPECT_EQ(message_of([&] { ViewedModel(flat, views_from_name("dense")); }),
            "views dense: network flat at input [7, 8, 1]: layer 'out': out/kernel: expected [36, 3] for every size of "
            "picture, found [180, 3]: layer 'unroll' makes more values of larger maps, a global pool does not");
}

TEST(ViewedModel, TheTemperatureDividesTheLogitsOfTheMean) {
  const Picture whole = picture(6);
  for (const Activation last : {Activation::kSoftmax, Activation::kLinear}) {
    for (const char* name : {"none", "ten", "dense"}) {
      Model model = crop_model(last);
      const std::vector<float> plain = answer(model, whole, views_from_name(name));
      model.temperature = 2.5;
      std::vector<double> expected;
      double sum = 0;
      for (const float p : plain) sum += expected.emplace_back(std::pow(p, 1 / 2.5));
      for (double& p : expected) p /= sum;
      expect_near(answer(model, whole, views_from_name(name)), expected);
    }
  }
}

TEST(ViewedModel, EightBitLayersSeeEveryView) {
  Network net({4, 5, 1}, {"a", "b", "c"});
  net.add(Conv2D{.filters = 6, .padding = Padding::same(), .activation = Activation::kRelu});
  net.add(Conv2D{.filters = 7, .padding = Padding::same(), .activation = Activation::kRelu});
  net.add(GlobalAveragePool2D{}).add(Dense{.units = 3});
  const Model model = {net, initialize(net, 2), {.resize = {kHeight, kWidth}}};
  std::vector<uint8_t> pixels;
  for (uint32_t i = 0; i < 30; ++i) {
    const Picture one = picture(i);
    pixels.insert(pixels.end(), one.begin(), one.end());
  }
  const Dataset data{.height = kHeight,
                     .width = kWidth,
                     .channels = 1,
                     .pixels = pixels,
                     .labels = {},
                     .usage = {},
                     .class_names = {}};
  std::vector<int64_t> rows;
  for (int64_t i = 0; i < 30; ++i) rows.push_back(i);
  const Model int8 = quantize_int8(model, pixels);
  ASSERT_FALSE(int8.int8.empty());
  const std::vector<float> floats = answer(model, picture(1), views_from_name("ten+dense")),
                           bytes = answer(int8, picture(1), views_from_name("ten+dense"));
  EXPECT_NE(floats, bytes);
  for (size_t k = 0; k < 3; ++k) EXPECT_NEAR(bytes[k], floats[k], 0.02);
  EXPECT_EQ(predict_rows(int8, data, rows, 7, views_from_name("ten")).shape(), Shape({30, 3}));
}

}  // namespace
}  // namespace fer::evaluation
