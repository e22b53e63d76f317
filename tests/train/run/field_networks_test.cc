// mini-Xception, blocks of MobileNets, ResNeXt and ConvMixer: trained, saved and read again.
#include <gtest/gtest.h>

#include <fstream>

#include "fer/quantize.h"
#include "tests/support/paths.h"
#include "tests/train/small_run.h"

namespace fer {
namespace {

// Class k has its k-th stripe brighter.
Dataset stripes(const Shape& input, int64_t pictures) {
  Dataset data;
  data.height = input[0];
  data.width = input[1];
  data.class_names = {"angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"};
  const RandomStream stream{.seed = 8, .use = RandomUse::kSynthetic};
  for (int64_t i = 0; i < pictures; ++i) {
    const int64_t label = i % 7;
    data.labels.push_back(static_cast<uint8_t>(label));
    data.usage.push_back(Usage::kNone);
    for (int64_t p = 0; p < data.picture_bytes(); ++p) {
      const float noise = 150 * random_unit(stream, i * data.picture_bytes() + p);
      data.pixels.push_back(static_cast<uint8_t>(noise + (p * 7 / data.picture_bytes() == label ? 100 : 0)));
    }
  }
  return data;
}

class FieldNetwork : public ::testing::TestWithParam<std::string> {
 protected:
  const Network network_ = load_network(fer::source_dir() + "/data/networks/" + GetParam() + ".json");
  const Dataset data_ = stripes(network_.input, 84);
  const std::vector<int64_t> train_ = numbers(0, 70), validation_ = numbers(70, 84);

  TrainConfig config(const std::string& out_dir = {}) const {
    TrainConfig config = small_config(out_dir);
    config.optimizer = Adam{.learning_rate = 3e-3f};
    config.batch_size = 14;
    config.early_stopping.restore_best_weights = false;
    return config;
  }
  Model trained(const TrainConfig& config, History* history = nullptr, const TrainCallbacks& callbacks = {}) const {
    Trainer trainer(network_, config);
    History found = trainer.fit(data_, train_, validation_, callbacks);
    if (history != nullptr) *history = found;
    return trainer.model();
  }
  ~FieldNetwork() override { set_num_threads(0); }
};
INSTANTIATE_TEST_SUITE_P(Files, FieldNetwork,
                         ::testing::Values("mini_xception", "mobilenet_v2_blocks", "mobilenet_v3_blocks",
                                           "mobilefacenet_blocks", "resnext_blocks", "convmixer_blocks",
                                           "attention_blocks"),
                         [](const auto& info) { return info.param; });

TEST_P(FieldNetwork, LearnsTheSameBytesWithAnyThreadsAndComesBackFromItsFile) {
  History history;
  set_num_threads(1);
  const Model one = trained(config(), &history);
  EXPECT_LT(history.epochs.back().loss, 0.8 * history.epochs.front().loss);
  set_num_threads(2);
  EXPECT_TRUE(same_weights(one, trained(config())));
  const ScratchFolder folder;
  save_model(one, folder / "m.safetensors");
  const Model again = load_model(folder / "m.safetensors");
  EXPECT_EQ(again.network, network_);
  EXPECT_TRUE(same_bits(predict_rows(again, data_, train_).values(), predict_rows(one, data_, train_).values()));
}

TEST_P(FieldNetwork, StoppedAndResumedEndsInTheSameBytes) {
  const ScratchFolder folder;
  TrainConfig whole = config();
  whole.epochs = 2;
  int steps = 0;
  TrainConfig parts = whole;
  parts.out_dir = folder / "run";
  trained(parts, nullptr, {.should_stop = [&] { return ++steps == 3; }});
  parts.resume = true;
  EXPECT_TRUE(same_weights(trained(parts), trained(whole)));
}

// What has no form in 8-bit integers stays in floats beside what has.
TEST_P(FieldNetwork, ComputesInBytesWhatCan) {
  TrainConfig short_run = config();
  short_run.epochs = 1;
  const Model model = trained(short_run);
  const Model int8 = quantize_int8(model, std::span(data_.pixels).first(20 * data_.picture_bytes()));
  EXPECT_GE(int8.int8.size(), 3u);
  for (const Int8Layer& layer : int8.int8) {
    for (const Layer& l : network_.layers) {
      if (l.name == layer.layer) {
        EXPECT_TRUE(std::holds_alternative<Conv2D>(l.kind) || std::holds_alternative<Dense>(l.kind)) << l.name;
        const auto* conv = std::get_if<Conv2D>(&l.kind);
        EXPECT_TRUE(conv == nullptr || conv->groups == 1) << l.name;
      }
    }
  }
  const Tensor floats = predict_rows(model, data_, validation_), bytes = predict_rows(int8, data_, validation_);
  for (size_t i = 0; i < floats.values().size(); ++i) EXPECT_NEAR(floats.values()[i], bytes.values()[i], 0.05) << i;
  const ScratchFolder folder;
  save_model(int8, folder / "int8.safetensors");
  EXPECT_EQ(load_model(folder / "int8.safetensors").int8, int8.int8);
}

// A file that has a depthwise kernel as bytes lies.
TEST(FieldNetworks, BytesForADepthwiseKernelAreRefused) {
  Model model;
  model.network = Network({4, 4, 2}, {"a", "b"});
  model.network.add(DepthwiseConv2D{.bias = false}, "depthwise").add(GlobalAveragePool2D{}, "mean");
  model.weights = initialize(model.network, 1);
  const ScratchFolder folder;
  const std::string path = folder / "m.safetensors";
  const auto values = model.weights.values.values();
  std::fill(values.begin(), values.end(), 1.0f);
  model.int8.push_back({.layer = "depthwise", .low = -1, .high = 1, .kernel_scale = {1}});
  save_model(model, path);
  EXPECT_NE(message_of([&] { load_model(path); }).find("tensor 'depthwise/kernel': expected F32 of shape [3, 3, 2, 1]"),
            std::string::npos)
      << message_of([&] { load_model(path); });
}

}  // namespace
}  // namespace fer
