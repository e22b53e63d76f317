// The JSON form: fields, defaults, and what is refused.
#include <gtest/gtest.h>

#include "fer/network.h"
#include "network/json_text.h"
#include "tests/support/message.h"

namespace fer {
namespace {

std::string network_of(const std::string& layers, const std::string& more = "") {
  return R"({"name": "n", "input": [8, 8, 2], )" + more + R"("layers": [)" + layers + "]}";
}

Network read(const std::string& layers, const std::string& more = "") {
  return network_from_json(network_of(layers, more), "n.json");
}

std::string refusal(const std::string& layers, const std::string& more = "") {
  return message_of([&] { read(layers, more); });
}

template <class L>
L only_layer(const std::string& layer) {
  return std::get<L>(read(layer).layers.at(0).kind);
}

TEST(NetworkJson, MissingFieldsHaveKerassDefaults) {
  const auto conv = only_layer<Conv2D>(R"({"name": "c", "type": "conv2d", "filters": 3, "kernel": [3, 2]})");
  EXPECT_EQ(conv, (Conv2D{.filters = 3, .kernel = {3, 2}}));
  EXPECT_EQ(conv.kernel_init.kind, Initializer::Kind::kGlorotUniform);
  const auto bn = only_layer<BatchNorm>(R"({"name": "b", "type": "batch_norm"})");
  EXPECT_EQ(bn, (BatchNorm{.epsilon = 1e-3f, .momentum = 0.99f}));
  const auto pool = only_layer<MaxPool2D>(R"({"name": "p", "type": "max_pool2d", "pool": [2, 2]})");
  EXPECT_EQ(pool.strides, (Pair{0, 0}));
}

TEST(NetworkJson, ReadsEveryFormOfPadding) {
  const auto padding = [](const std::string& form) {
    return only_layer<Conv2D>(R"({"name": "c", "type": "conv2d", "filters": 3, "kernel": [3, 3], "padding": )" + form +
                              "}")
        .padding;
  };
  EXPECT_EQ(padding("\"valid\""), Padding::valid());
  EXPECT_EQ(padding("\"same\""), Padding::same());
  EXPECT_EQ(padding("3"), Padding::on_each_side(3));
  EXPECT_EQ(padding("0"), Padding::on_each_side(0));
}

// One layer of each type, every field away from its default.
Network everything() {
  const Initializer uniform = {Initializer::Kind::kRandomUniform, -0.1f, 0.3f};
  Network network({13, 11, 2}, {"no", "yes"});
  network.name = "every \"thing\" \u00e4";
  network.add(Conv2D{.filters = 3,
                     .kernel = {2, 3},
                     .strides = {1, 2},
                     .padding = Padding::on_each_side(2),
                     .bias = false,
                     .activation = Activation::kLeakyRelu,
                     .alpha = 0.01f,
                     .kernel_init = uniform,
                     .kernel_regularizer = {0.1f, 0}},
              "conv");
  network.add(Conv2D{.filters = 3, .padding = Padding::same(), .activation = Activation::kElu, .alpha = 2});
  network.add(BatchNorm{.epsilon = 1.001e-5f, .momentum = 0.9f}).add(ActivationLayer{Activation::kSilu});
  network.add(ActivationLayer{Activation::kLeakyRelu, 1.0f / 3}, "leaky");
  network.add(ActivationLayer{Activation::kTanh}, "tanh").add(Add{}, "sum", {"leaky", "tanh"});
  network.add(ZeroPad2D{3}).add(Resize{{20, 19}}).add(MaxPool2D{.pool = {3, 2}, .padding = Padding::same()});
  network.add(AveragePool2D{.strides = {1, 1}, .padding = Padding::on_each_side(1)}).add(Dropout{0.25f}, "drop");
  network.add(Flatten{}, "flat", {"drop"}).add(GlobalAveragePool2D{}, "mean", {"drop"});
  network.add(Dense{.units = 3,
                    .activation = Activation::kSigmoid,
                    .kernel_init = {Initializer::Kind::kTruncatedNormal, 0.5f, 0.05f},
                    .bias_init = {Initializer::Kind::kConstant, 0.05f},
                    .kernel_regularizer = {0.01f, 0.02f},
                    .bias_regularizer = {0, 1e-7f}},
              "left", {"flat"});
  network.add(Dense{.units = 3, .kernel_init = {Initializer::Kind::kHeNormal}}, "right", {"mean"});
  network.add(Add{}, "both", {"left", "right"}).add(Dense{.units = 2, .activation = Activation::kSoftmax});
  network.layers[0].frozen = true;
  return network;
}

TEST(NetworkJson, EveryFieldSurvivesThereAndBack) {
  const Network network = everything();
  const std::string text = network_to_json(network);
  EXPECT_EQ(network_from_json(text, "again"), network) << text;
}

TEST(NetworkJson, FloatsAreWrittenShort) {
  const std::string text = network_to_json(everything());
  expect_contains(text, "\"epsilon\": 1.001e-05, \"momentum\": 0.9,");
  expect_contains(text, "\"kernel_init\": {\"name\": \"random_uniform\", \"min\": -0.1, \"max\": 0.3}");
}

TEST(NetworkJson, EveryFloatReadsBackAsItself) {
  uint32_t bits = 1;
  for (int i = 0; i < 20000; ++i) {
    bits = bits * 1664525u + 1013904223u;
    float value;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    const std::string text = one_line(float_to_json(value));
    EXPECT_EQ(nlohmann::json::parse(text).get<float>(), value) << text;
  }
}

TEST(NetworkJson, UnknownFieldsOfALayerAreRefused) {
  EXPECT_EQ(refusal(R"({"name": "p", "type": "flatten", "stride": 2})"),
            "n.json: layer 'p': unknown field \"stride\": expected name, type, inputs, frozen, output, params");
  expect_contains(refusal(R"({"name": "d", "type": "dropout", "rate": 0.5, "units": 2})"), "unknown field \"units\"");
}

TEST(NetworkJson, FactsAtTheTopAreKeptApartFromMistakes) {
  EXPECT_EQ(read(R"({"name": "f", "type": "flatten"})", R"("training": {"epochs": 3}, "notes": ["x"], "source": 1, )"),
            read(R"({"name": "f", "type": "flatten"})"));
  expect_contains(refusal(R"({"name": "f", "type": "flatten"})", R"("layer": [], )"),
                  "n.json: unknown field \"layer\"");
}

TEST(NetworkJson, StatedFiguresMustAgree) {
  const std::string dense = R"({"name": "f", "type": "flatten"}, {"name": "d", "type": "dense", "units": 3)";
  EXPECT_EQ(refusal(dense + R"(, "output": [4]})"),
            "n.json: layer 'd': output: expected [3] as the layers have it, found [4]");
  EXPECT_EQ(refusal(dense + R"(, "params": 388})"),
            "n.json: layer 'd': params: expected 387 as the layers have it, found 388");
  EXPECT_EQ(refusal(dense + "}", R"("params_total": 386, )"),
            "n.json: params_total: expected 387 as the layers have it, found 386");
  expect_contains(refusal(dense + "}", R"("params_trainable": 1, )"), "params_trainable: expected 387");
  expect_contains(refusal(dense + "}", R"("macs": 1, )"), "macs: expected 384");
  expect_contains(refusal(dense + "}", R"("classes": 4, )"), "classes: expected 3");
  expect_contains(refusal(dense + "}", R"("class_names": ["a", "b"], )"), "output [3]: expected [2]");
  const std::string right = R"("params_total": 387, "params_trainable": 387, "macs": 384, "classes": 3, )";
  EXPECT_EQ(read(dense + R"(, "output": [3], "params": 387})", right).layers.size(), 2u);
}

TEST(NetworkJson, MistakesNameFileLayerAndField) {
  expect_contains(refusal(R"({"name": "c", "type": "conv3d"})"),
                  "n.json: layer 'c': type: expected one of conv2d, depthwise_conv2d, separable_conv2d, dense");
  expect_contains(refusal(R"({"name": "c", "type": "conv2d", "kernel": [3, 3]})"),
                  "n.json: layer 'c': filters: expected this field, found none");
  expect_contains(refusal(R"({"name": "c"})"), "layer 'c': type: expected one of");
  expect_contains(refusal(R"({"type": "flatten"})"), "layer 1: name: expected this field, found none");
  expect_contains(refusal(R"({"name": 7, "type": "flatten"})"), "layer 1: name: expected a text, found 7");
  expect_contains(refusal("7"), "n.json: layer 1: expected an object, found 7");
  expect_contains(
      refusal(R"({"name": "f", "type": "flatten"}, {"name": "c", "type": "conv2d", "filters": 1, "kernel": [3, 3]})"),
      "n.json: layer 'c': expected an input [height, width, channels]");
}

TEST(NetworkJson, ValuesOfTheWrongTypeAreRefused) {
  const auto with = [](const std::string& field) {
    return refusal(R"({"name": "c", "type": "conv2d", "filters": 2, "kernel": [3, 3], )" + field + "}");
  };
  EXPECT_EQ(with(R"("strides": [1, "a"])"),
            "n.json: layer 'c': strides: expected a whole number below 2^63, found \"a\"");
  expect_contains(with(R"("strides": [1])"), "strides: expected [height, width], found [1]");
  expect_contains(with(R"("strides": 2)"), "strides: expected [height, width], found 2");
  expect_contains(with(R"("strides": [1.0, 1])"), "found 1.0");
  expect_contains(with(R"("padding": "full")"),
                  "padding: expected \"valid\", \"same\" or a number of cells, found \"full\"");
  expect_contains(with(R"("padding": 1.5)"), "padding");
  expect_contains(with(R"("bias": 1)"), "bias: expected true or false, found 1");
  expect_contains(with(R"("activation": "Relu")"), "activation: expected one of linear, relu, leaky_relu");
  expect_contains(with(R"("alpha": "x")"), "alpha: expected a number");
  expect_contains(with(R"("alpha": 1e39)"), "alpha: expected a 32-bit float");
  expect_contains(with(R"("kernel_init": "xavier")"), "kernel_init: expected one of zeros, ones");
  expect_contains(with(R"("kernel_init": {"name": "constant"})"), "kernel_init: value: expected this field");
  expect_contains(with(R"("kernel_init": {"name": "zeros", "value": 1})"), "kernel_init: unknown field \"value\"");
  expect_contains(with(R"("kernel_init": 3)"), "kernel_init: expected an object, found 3");
  expect_contains(with(R"("kernel_regularizer": {"l3": 1})"), "kernel_regularizer: unknown field \"l3\"");
  expect_contains(with(R"("frozen": "yes")"), "frozen: expected true or false");
  expect_contains(with(R"("inputs": "input")"), "inputs: expected an array of texts");
  expect_contains(refusal(R"({"name": "r", "type": "resize", "size": [4, 4], "method": "nearest"})"),
                  "method: expected \"bilinear\", found \"nearest\"");
}

TEST(NetworkJson, NamesOfInitialisersMayStandAlone) {
  const std::string start = R"({"name": "c", "type": "conv2d", "filters": 2, "kernel": [3, 3], "kernel_init": )";
  EXPECT_EQ(only_layer<Conv2D>(start + R"("he_uniform"})").kernel_init.kind, Initializer::Kind::kHeUniform);
  const Initializer normal = only_layer<Conv2D>(start + R"({"name": "random_normal", "stddev": 0.5}})").kernel_init;
  EXPECT_EQ(normal, (Initializer{Initializer::Kind::kRandomNormal, 0, 0.5f}));
}

}  // namespace
}  // namespace fer
