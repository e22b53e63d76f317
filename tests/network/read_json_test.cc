// Networks from JSON: defaults, what is refused, and JSON that nobody meant: in one line, without a crash or much
// memory.
#include <gtest/gtest.h>

#include "fer/network.h"
#include "tests/network/layers_json.h"

namespace fer {
namespace {

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

TEST(NetworkJson, DilationAndGroupsAreNumbersFrom1) {
  const auto conv = only_layer<Conv2D>(
      R"({"name": "c", "type": "conv2d", "filters": 4, "kernel": [3, 3], "dilation": [2, 3], "groups": 2})");
  EXPECT_EQ(conv, (Conv2D{.filters = 4, .dilation = {2, 3}, .groups = 2}));
  const auto refused = [](const char* field) {
    return refusal_of_layers(std::string(R"({"name": "c", "type": "conv2d", "filters": 4, "kernel": [3, 3], )") +
                             field + "}");
  };
  EXPECT_EQ(refused(R"("dilation": 2)"), "n.json: layer 'c': dilation: expected [height, width], found 2");
  expect_contains(refused(R"("dilation": [0, 1])"), "n.json: layer 'c': dilation: expected 1 to 16777216, found 0");
  expect_contains(refused(R"("groups": 3)"),
                  "layer 'c': groups: expected a divisor of the input's 2 channels, found 3");
  expect_contains(refusal_of_layers(R"({"name": "p", "type": "max_pool2d", "pool": [2, 2], "dilation": [1, 1]})"),
                  "unknown field \"dilation\"");
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

TEST(NetworkJson, UnknownFieldsOfALayerAreRefused) {
  EXPECT_EQ(refusal_of_layers(R"({"name": "p", "type": "flatten", "stride": 2})"),
            "n.json: layer 'p': unknown field \"stride\": expected name, type, inputs, frozen, output, params");
  expect_contains(refusal_of_layers(R"({"name": "d", "type": "dropout", "rate": 0.5, "units": 2})"),
                  "unknown field \"units\"");
}

TEST(NetworkJson, FactsAtTheTopAreKeptApartFromMistakes) {
  EXPECT_EQ(read(R"({"name": "f", "type": "flatten"})", R"("training": {"epochs": 3}, "notes": ["x"], "source": 1, )"),
            read(R"({"name": "f", "type": "flatten"})"));
  expect_contains(refusal_of_layers(R"({"name": "f", "type": "flatten"})", R"("layer": [], )"),
                  "n.json: unknown field \"layer\"");
}

TEST(NetworkJson, StatedFiguresMustAgree) {
  const std::string dense = R"({"name": "f", "type": "flatten"}, {"name": "d", "type": "dense", "units": 3)";
  EXPECT_EQ(refusal_of_layers(dense + R"(, "output": [4]})"),
            "n.json: layer 'd': output: expected [3] as the layers have it, found [4]");
  EXPECT_EQ(refusal_of_layers(dense + R"(, "params": 388})"),
            "n.json: layer 'd': params: expected 387 as the layers have it, found 388");
  EXPECT_EQ(refusal_of_layers(dense + "}", R"("params_total": 386, )"),
            "n.json: params_total: expected 387 as the layers have it, found 386");
  expect_contains(refusal_of_layers(dense + "}", R"("params_trainable": 1, )"), "params_trainable: expected 387");
  expect_contains(refusal_of_layers(dense + "}", R"("macs": 1, )"), "macs: expected 384");
  expect_contains(refusal_of_layers(dense + "}", R"("classes": 4, )"), "classes: expected 3");
  expect_contains(refusal_of_layers(dense + "}", R"("class_names": ["a", "b"], )"),
                  "class names: expected 3, one for each output, found 2");
  const std::string right = R"("params_total": 387, "params_trainable": 387, "macs": 384, "classes": 3, )";
  EXPECT_EQ(read(dense + R"(, "output": [3], "params": 387})", right).layers.size(), 2u);
}

TEST(NetworkJson, MistakesNameFileLayerAndField) {
  expect_contains(refusal_of_layers(R"({"name": "c", "type": "conv3d"})"),
                  "n.json: layer 'c': type: expected one of conv2d, depthwise_conv2d, separable_conv2d, dense");
  expect_contains(refusal_of_layers(R"({"name": "c", "type": "conv2d", "kernel": [3, 3]})"),
                  "n.json: layer 'c': filters: expected this field, found none");
  expect_contains(refusal_of_layers(R"({"name": "c"})"), "layer 'c': type: expected one of");
  expect_contains(refusal_of_layers(R"({"type": "flatten"})"), "layer 1: name: expected this field, found none");
  expect_contains(refusal_of_layers(R"({"name": 7, "type": "flatten"})"), "layer 1: name: expected a text, found 7");
  expect_contains(refusal_of_layers("7"), "n.json: layer 1: expected an object, found 7");
  expect_contains(
      refusal_of_layers(
          R"({"name": "f", "type": "flatten"}, {"name": "c", "type": "conv2d", "filters": 1, "kernel": [3, 3]})"),
      "n.json: layer 'c': expected an input [height, width, channels]");
}

TEST(NetworkJson, NamesOfInitialisersMayStandAlone) {
  const std::string start = R"({"name": "c", "type": "conv2d", "filters": 2, "kernel": [3, 3], "kernel_init": )";
  EXPECT_EQ(only_layer<Conv2D>(start + R"("he_uniform"})").kernel_init.kind, Initializer::Kind::kHeUniform);
  const Initializer normal = only_layer<Conv2D>(start + R"({"name": "random_normal", "stddev": 0.5}})").kernel_init;
  EXPECT_EQ(normal, (Initializer{Initializer::Kind::kRandomNormal, 0, 0.5f}));
}

std::string with_layer(const std::string& layer) { return R"({"input": [8, 8, 2], "layers": [)" + layer + "]}"; }

TEST(HostileJson, OtherThanAnObjectIsRefused) {
  EXPECT_EQ(refusal_of_json("7"), "n.json: expected an object, found 7");
  EXPECT_EQ(refusal_of_json("[]"), "n.json: expected an object, found []");
  EXPECT_EQ(refusal_of_json("{}"), "n.json: input: expected this field, found none");
  EXPECT_EQ(refusal_of_json(R"({"input": [8, 8, 2]})"), "n.json: layers: expected an array of layers, found none");
  EXPECT_EQ(refusal_of_json(R"({"input": [8, 8, 2], "layers": 3})"),
            "n.json: layers: expected an array of layers, found 3");
  EXPECT_EQ(refusal_of_json(R"({"input": [8, 8, 2], "layers": []})"),
            "n.json: network: expected one layer or more, found none");
}

TEST(HostileJson, DuplicateKeysAreRefused) {
  EXPECT_EQ(refusal_of_json(R"({"input": [8, 8, 2], "input": [8, 8, 2]})"),
            "n.json: expected each key once, found \"input\" twice");
  expect_contains(refusal_of_json(with_layer(R"({"name": "f", "type": "flatten", "type": "add"})")),
                  "found \"type\" twice");
}

TEST(HostileJson, NumbersBeyondTheirTypeAreRefused) {
  const auto filters = [](const std::string& number) {
    return refusal_of_json(
        with_layer(R"({"name": "c", "type": "conv2d", "kernel": [3, 3], "filters": )" + number + "}"));
  };
  for (const char* number : {"9223372036854775808", "18446744073709551615", "18446744073709551616", "1e400", "-1e400",
                             "1e30", "3.5", "true", "null"}) {
    expect_contains(filters(number), "n.json: ");
  }
  for (const char* number : {"9223372036854775807", "-9223372036854775808", "-1", "0", "1099511627776"}) {
    expect_contains(filters(number), "n.json: layer 'c': filters: expected 1 to 16777216");
  }
  expect_contains(
      refusal_of_json(
          R"({"input": [9223372036854775807, 9223372036854775807, 2], "layers": [{"name": "f", "type": "flatten"}]})"),
      "n.json: input: expected extents");
}

TEST(HostileJson, HugeLayersAreRefusedBeforeMemoryIsTaken) {
  expect_contains(
      refusal_of_json(with_layer(R"({"name": "f", "type": "flatten"}, {"name": "d", "type": "dense", "units": 16777216},
                                        {"name": "e", "type": "dense", "units": 16777216})")),
      "n.json: layer 'e': kernel [16777216, 16777216]: expected at most");
  std::string layers;
  for (int i = 0; i < 10001; ++i) layers += (i ? ",{}" : "{}");
  expect_contains(refusal_of_json(with_layer(layers)), "n.json: layers: expected at most 10000, found 10001");
}

TEST(HostileJson, CyclesAndForwardEdgesAreRefused) {
  expect_contains(refusal_of_json(with_layer(R"({"name": "a", "type": "flatten", "inputs": ["b"]},
                                        {"name": "b", "type": "flatten", "inputs": ["a"]})")),
                  "n.json: layer 'a': inputs: expected earlier layers or 'input', found 'b'");
  expect_contains(refusal_of_json(with_layer(R"({"name": "a", "type": "flatten", "inputs": ["a"]})")), "found 'a'");
  expect_contains(refusal_of_json(with_layer(R"({"name": "a", "type": "flatten"}, {"name": "a", "type": "flatten"})")),
                  "layer 'a': name: expected one that no earlier layer has");
}

TEST(HostileJson, NamesCannotBreakAMessage) {
  for (const char* name : {R"(a\nb)", R"(a\u0000b)", R"(a\u001b[31m)", R"(a\u007fb)"}) {
    const std::string message =
        refusal_of_json(with_layer(std::string(R"({"name": ")") + name + R"(", "type": "flatten"})"));
    expect_contains(message, "n.json: layer 1: name: expected at most 128 bytes without control characters");
  }
  expect_contains(refusal_of_json(with_layer(R"({"name": ")" + std::string(100000, 'x') + R"(", "type": "flatten"})")),
                  "...");
}

TEST(HostileJson, MessagesStayShort) {
  const std::string long_text(1000000, 'y');
  EXPECT_LT(refusal_of_json(with_layer(R"({"name": "f", "type": ")" + long_text + "\"}")).size(), 400u);
  EXPECT_LT(refusal_of_json("{\"" + long_text + "\": 1}").size(), 400u);
  EXPECT_LT(refusal_of_json("[\"" + long_text).size(), 400u);
  EXPECT_LT(refusal_of_json(R"({"input": [)" + std::string(100000, '1') + "]}").size(), 400u);
}

}  // namespace
}  // namespace fer
