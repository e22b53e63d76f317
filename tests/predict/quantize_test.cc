// Models in 8-bit integers: close to what they were made from, to the file and back.
#include "fer/quantize.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "core/random.h"
#include "engine/plan.h"
#include "fer/error.h"
#include "fer/predictor.h"
#include "fer/threads.h"
#include "fer/trainer.h"

namespace fer {
namespace {

template <class F>
std::string message_of(const F& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return {};
}

// Ends in logits, so that differences are not squeezed by a softmax. Batch norms get moments of their own.
Model random_model(Network network, uint64_t seed) {
  network.name = "random";
  Model model;
  model.network = std::move(network);
  model.weights = initialize(model.network, seed);
  const RandomStream stream{.seed = seed, .use = RandomUse::kSynthetic};
  uint64_t next = 0;
  for (const Parameter& p : model.weights.layout.parameters) {
    if (p.name.ends_with("/kernel")) continue;
    const bool positive = p.name.ends_with("/gamma") || p.name.ends_with("/moving_variance");
    for (float& v : model.weights.of(p))
      v = static_cast<float>(positive ? 0.5 + random_unit(stream, next++) : random_unit(stream, next++) - 0.5);
  }
  return model;
}

std::vector<uint8_t> pictures_for(const Model& model, int64_t n) {
  std::vector<uint8_t> pixels(static_cast<size_t>(n * model.network.input.elements()));
  const RandomStream stream{.seed = 5, .use = RandomUse::kSynthetic};
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<uint8_t>(256 * random_unit(stream, i));
  return pixels;
}

// Relu before and after batch norm, pools between and behind, channels that fill no group of 4.
Network chain() {
  Network net({13, 12, 1});
  net.add(Conv2D{.filters = 9, .activation = Activation::kRelu})
      .add(Conv2D{.filters = 18, .padding = Padding::same(), .activation = Activation::kRelu})
      .add(BatchNorm{})
      .add(MaxPool2D{.pool = {3, 3}, .strides = {2, 2}, .padding = Padding::same()})
      .add(Conv2D{.filters = 30, .kernel = {2, 3}, .strides = {2, 1}, .bias = false})
      .add(BatchNorm{})
      .add(ActivationLayer{})
      .add(MaxPool2D{.pool = {1, 2}})
      .add(Dropout{})
      .add(Flatten{})
      .add(Dense{.units = 21, .activation = Activation::kRelu})
      .add(Dense{.units = 10, .activation = Activation::kTanh})
      .add(Dense{.units = 4});
  return net;
}

// A value with several readers, sums, an average pool, a pool that ends a branch.
Network graph() {
  Network net({10, 10, 3});
  net.add(Conv2D{.filters = 12, .activation = Activation::kRelu}, "stem")
      .add(Conv2D{.filters = 16, .padding = Padding::same(), .activation = Activation::kRelu}, "left")
      .add(Conv2D{.filters = 16, .kernel = {1, 1}}, "right", {"stem"})
      .add(Add{}, "sum", {"left", "right"})
      .add(MaxPool2D{}, "pool")
      .add(Conv2D{.filters = 7, .padding = Padding::same()}, "after")
      .add(Conv2D{.filters = 7, .kernel = {1, 1}}, "beside", {"pool"})
      .add(Add{}, "sum2", {"after", "beside"})
      .add(AveragePool2D{}, "average")
      .add(Conv2D{.filters = 8, .kernel = {2, 2}}, "small")
      .add(GlobalAveragePool2D{}, "global")
      .add(Dense{.units = 4}, "out");
  return net;
}

std::vector<float> logits(const Model& model, const std::vector<uint8_t>& pictures, int64_t max_batch = 16) {
  const engine::InferenceModel inference(model.network, model.weights.layout, model.weights.values.values(),
                                         model.int8);
  auto workspace = inference.make_workspace(max_batch);
  const int64_t size = model.network.input.elements(), n = static_cast<int64_t>(pictures.size()) / size,
                classes = class_count(model.network);
  std::vector<float> out(static_cast<size_t>(n * classes));
  for (int64_t begin = 0; begin < n; begin += max_batch) {
    const int64_t count = std::min(max_batch, n - begin);
    std::vector<float> input;
    for (int64_t i = begin * size; i < (begin + count) * size; ++i)
      input.push_back(static_cast<float>(pictures[static_cast<size_t>(i)]) / 255.0f);
    inference.run(workspace, count, input,
                  std::span(out).subspan(static_cast<size_t>(begin * classes), static_cast<size_t>(count * classes)));
  }
  return out;
}

// Root mean square of the difference over that of the logits themselves.
double relative_difference(const std::vector<float>& a, const std::vector<float>& b) {
  double difference = 0, size = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    difference += (a[i] - b[i]) * (a[i] - b[i]);
    size += a[i] * a[i];
  }
  return std::sqrt(difference / size);
}

class Quantize : public ::testing::TestWithParam<int> {
 protected:
  const Model model_ = random_model(GetParam() == 0 ? chain() : graph(), 20 + static_cast<uint64_t>(GetParam()));
  const std::vector<uint8_t> pictures_ = pictures_for(model_, 40);
  const Model int8_ = quantize_int8(model_, pictures_);
};
INSTANTIATE_TEST_SUITE_P(Networks, Quantize, ::testing::Values(0, 1));

TEST_P(Quantize, StaysCloseToFloats) {
  const std::vector<float> floats = logits(model_, pictures_), bytes = logits(int8_, pictures_);
  EXPECT_LT(relative_difference(floats, bytes), 0.05);
  EXPECT_NE(floats, bytes);
}

TEST_P(Quantize, LeavesTheFirstAndTheLastLayerAlone) {
  const ParameterLayout& layout = model_.weights.layout;
  size_t kernels = 0, changed = 0;
  for (const Parameter& p : layout.parameters) {
    const auto before = model_.weights.of(p), after = int8_.weights.of(p);
    const bool same = std::equal(before.begin(), before.end(), after.begin());
    if (p.name.ends_with("/kernel"))
      ++kernels, changed += !same;
    else
      EXPECT_TRUE(same) << p.name;
  }
  EXPECT_EQ(changed, kernels - 2);
  EXPECT_EQ(int8_.int8.size(), kernels - 2);
}

TEST_P(Quantize, GivesTheSameBitsWithAnyThreadsAndWorkspace) {
  set_num_threads(1);
  const std::vector<float> one = logits(int8_, pictures_, 1);
  for (int threads = 1; threads <= 3; ++threads) {
    set_num_threads(threads);
    // (The first layer, in floats, may have another algorithm in a workspace of another size.)
    EXPECT_EQ(logits(int8_, pictures_, 1), one);
    EXPECT_LT(relative_difference(logits(int8_, pictures_, 64), one), 0.01);
  }
  set_num_threads(0);
}

TEST_P(Quantize, ComesBackFromItsFile) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("fer_quantize_" + std::to_string(getpid()))).string();
  save_model(int8_, path);
  const auto size = std::filesystem::file_size(path);
  const Model again = load_model(path);
  save_model(model_, path);
  EXPECT_LT(size, std::filesystem::file_size(path));
  std::filesystem::remove(path);
  EXPECT_EQ(again.int8, int8_.int8);
  EXPECT_EQ(logits(again, pictures_), logits(int8_, pictures_));
}

TEST_P(Quantize, RefusesWhatItCannotUse) {
  EXPECT_NE(message_of([&] { quantize_int8(model_, {}); }).find("calibration: expected pictures"), std::string::npos);
  EXPECT_NE(message_of([&] { quantize_int8(model_, std::span(pictures_).first(7)); }).find("found 7 values"),
            std::string::npos);
  EXPECT_NE(message_of([&] { quantize_int8(int8_, pictures_); }).find("already"), std::string::npos);
  EXPECT_NE(message_of([&] { Trainer(int8_, TrainConfig{}); }).find("expected one in floats to train"),
            std::string::npos);
}

TEST(QuantizeSmall, RefusesANetworkWithoutInnerLayers) {
  Network net({3, 3, 1});
  net.name = "thin";
  net.add(Conv2D{.filters = 4}).add(Flatten{}).add(Dense{.units = 2});
  const Model model = random_model(net, 3);
  EXPECT_NE(message_of([&] { quantize_int8(model, pictures_for(model, 2)); }).find("no layer to compute"),
            std::string::npos);
}

TEST(QuantizeSmall, PredictorTakesSuchAModel) {
  const Model model = random_model(chain(), 31);
  const std::vector<uint8_t> pictures = pictures_for(model, 9);
  const Predictor floats(model), bytes(quantize_int8(model, pictures));
  std::vector<float> p(9 * 4), q(9 * 4);
  floats.predict_into(pictures, p);
  bytes.predict_into(pictures, q);
  for (size_t i = 0; i < p.size(); ++i) EXPECT_NEAR(p[i], q[i], 0.03);
}

}  // namespace
}  // namespace fer
