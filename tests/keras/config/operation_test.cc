// Operators of TensorFlow and of Keras 3, which Keras keeps as layers.
#include "keras/config/operation.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "keras/model_bytes.h"
#include "tests/keras/colours.h"
#include "tests/keras/tiny.h"
#include "tests/support/message.h"

namespace fer {
namespace {

// A graph whose layers between input and pool are operators: a call each.
Json with_operators(const std::vector<std::pair<Json, Json>>& layers_and_calls) {
  Json layers = {{{"class_name", "InputLayer"},
                  {"name", "in"},
                  {"config", {{"name", "in"}, {"batch_input_shape", {nullptr, 4, 4, 3}}}},
                  {"inbound_nodes", Json::array()}}};
  std::string last = "in";
  for (const auto& [layer, call] : layers_and_calls) {
    layers.push_back(layer);
    last = layer["config"]["name"];
    layers.back()["name"] = last;
    layers.back()["inbound_nodes"] = Json::array({call});
  }
  Json pool = keras_layer("GlobalAveragePooling2D", "pool");
  pool["name"] = "pool";
  pool["inbound_nodes"] = {{{last, 0, 0, Json::object()}}};
  layers.push_back(pool);
  return {
      {"class_name", "Functional"},
      {"config",
       {{"name", "ops"}, {"layers", layers}, {"input_layers", {{"in", 0, 0}}}, {"output_layers", {{"pool", 0, 0}}}}}};
}

Model without_weights(const Json& config) {
  Hdf5Builder builder;
  builder.text("/", "model_config", config.dump());
  builder.text("/", "keras_version", "2.11.0");
  builder.group("/model_weights/in");
  builder.texts("/model_weights", "layer_names", {"in"});
  builder.texts("/model_weights/in", "weight_names", {});
  return keras_file::parse_model(builder.content(), {}, "m.h5").model;
}

Json tensorflow(const std::string& function, const std::string& name) {
  return keras_layer("TFOpLambda", name, {{"function", function}});
}

// x / 127.5 - 1, then what MobileNetV3 has for hard_swish: x * (relu6(x + 3) * (1 / 6)).
TEST(KerasConfig, TensorFlowsOperatorsAreLayers) {
  const Model model = without_weights(
      with_operators({{tensorflow("math.truediv", "divide"), {"in", 0, 0, {{"y", 127.5}, {"name", nullptr}}}},
                      {tensorflow("math.subtract", "less"), {"divide", 0, 0, {{"y", 1.0}, {"name", nullptr}}}},
                      {tensorflow("math.multiply", "wide"), {"less", 0, 0, {{"y", {4, 5, 6}}}}},
                      {tensorflow("__operators__.add", "three"), {"wide", 0, 0, {{"y", 3.0}, {"name", nullptr}}}},
                      {keras_layer("ReLU", "six", {{"max_value", 6.0}}), {{"three", 0, 0, Json::object()}}},
                      {tensorflow("math.multiply", "sixth"), {"six", 0, 0, {{"y", 1 / 6.0}, {"name", nullptr}}}},
                      {tensorflow("math.multiply", "swish"), {"wide", 0, 0, {{"y", {"sixth", 0, 0}}}}},
                      {tensorflow("nn.relu", "relu"), {"swish", 0, 0, {{"name", nullptr}}}}}));
  EXPECT_FLOAT_EQ(model.preprocessing.scale, 1 / 127.5f);
  EXPECT_FLOAT_EQ(model.preprocessing.shift, -1);
  std::vector<double> y;
  for (const auto& [pixel, factor] : {std::pair(200, 4), {100, 5}, {250, 6}}) {
    const double x = (pixel / 127.5 - 1) * factor;
    y.push_back(std::max(0.0, x * std::clamp(x + 3, 0.0, 6.0) / 6));
  }
  expect_close(of_colour(model, {200, 100, 250}), {static_cast<float>(y[1] - y[0]), static_cast<float>(y[2] - y[0])});
}

TEST(KerasConfig, OperatorsOfKeras3AreLayers) {
  const auto tensor = [](const std::string& name) {
    return Json{{"class_name", "__keras_tensor__"}, {"config", {{"keras_history", {name, 0, 0}}}}};
  };
  const auto layer = [](const std::string& class_name, const std::string& name) {
    Json json = keras_layer(class_name, name);
    json["module"] = "keras.src.ops.numpy";
    return json;
  };
  const auto call = [](Json first, Json second) {
    return Json{{"args", {std::move(first), std::move(second)}}, {"kwargs", Json::object()}};
  };
  const Model model =
      without_weights(with_operators({{layer("Divide", "divide"), call(tensor("in"), 100)},
                                      {layer("Add", "more"), call(2, tensor("divide"))},
                                      {layer("Multiply", "square"), call(tensor("more"), tensor("more"))},
                                      {layer("Subtract", "less"), call(tensor("square"), {1, 2, 3})}}));
  const auto value = [](double pixel, double less) { return (pixel / 100 + 2) * (pixel / 100 + 2) - less; };
  expect_close(of_colour(model, {50, 100, 150}),
               {static_cast<float>(value(100, 2) - value(50, 1)), static_cast<float>(value(150, 3) - value(50, 1))});
}

// The function that a layer of one class or another, called so, becomes.
Activation function_after(const Json& layer, const Json& call) {
  const Model model = without_weights(with_operators({{layer, call}}));
  for (const Layer& one : model.network.layers) {
    if (one.name == "it") return std::get<ActivationLayer>(one.kind).function;
  }
  return Activation::kLinear;
}

TEST(KerasConfig, FunctionsThatAreCalledAreLayers) {
  const auto of_tensorflow = [](const std::string& function, const Json& arguments) {
    return function_after(tensorflow(function, "it"), {"in", 0, 0, arguments});
  };
  EXPECT_EQ(of_tensorflow("nn.selu", {{"name", nullptr}}), Activation::kSelu);
  EXPECT_EQ(of_tensorflow("nn.gelu", Json::object()), Activation::kGelu);
  EXPECT_EQ(of_tensorflow("nn.gelu", {{"approximate", false}}), Activation::kGelu);
  EXPECT_EQ(of_tensorflow("nn.gelu", {{"approximate", true}, {"name", nullptr}}), Activation::kGeluTanh);
  const auto of_keras_3 = [](const std::string& class_name, const Json& settings) {
    const Json tensor = {{"class_name", "__keras_tensor__"}, {"config", {{"keras_history", {"in", 0, 0}}}}};
    Json layer = keras_layer(class_name, "it", settings);
    layer["module"] = "keras.src.ops.nn";
    return function_after(layer, {{"args", {tensor}}, {"kwargs", Json::object()}});
  };
  EXPECT_EQ(of_keras_3("Selu", Json::object()), Activation::kSelu);
  EXPECT_EQ(of_keras_3("Gelu", {{"approximate", false}}), Activation::kGelu);
  EXPECT_EQ(of_keras_3("Gelu", {{"approximate", true}}), Activation::kGeluTanh);
  EXPECT_EQ(of_keras_3("Gelu", Json::object()), Activation::kGeluTanh);
  EXPECT_EQ(of_keras_3("Relu6", Json::object()), Activation::kRelu6);
}

TEST(KerasConfig, OperatorsOfBothKindsMakeANetwork) {
  const Network network = keras_file::parse_config(tiny_operators().dump());
  EXPECT_EQ(network.layers.size(), 5u);
  EXPECT_TRUE(std::holds_alternative<BatchNorm>(network.layers[1].kind) && network.layers[2].frozen);
}

TEST(KerasConfig, OtherOperatorsAreRefused) {
  const auto refusal = [](const Json& layer, const Json& call) {
    return message_of([&] { without_weights(with_operators({{layer, call}})); });
  };
  expect_contains(refusal(tensorflow("math.pow", "it"), {"in", 0, 0, {{"y", 2}}}), "layer 'it' (TFOpLambda):");
  expect_contains(refusal(tensorflow("nn.softmax", "it"), {"in", 0, 0, {{"axis", 1}}}),
                  "layer 'it' (TFOpLambda): expected a layer that libfer has");
  expect_contains(refusal(tensorflow("math.subtract", "it"), {"_CONSTANT_VALUE", -1, 1.0, {{"y", {"in", 0, 0}}}}),
                  "layer 'it' (TFOpLambda): inbound_nodes: expected inputs that layers give");
  expect_contains(refusal(tensorflow("math.multiply", "it"), {"in", 0, 0, {{"y", {1, 2}}}}),
                  "operand: expected one number, or 3: one per channel, found");
  expect_contains(refusal(tensorflow("math.subtract", "it"), {"in", 0, 0, {{"y", {"in", 0, 0}}}}),
                  "layer 'it' (TFOpLambda): expected a layer that libfer has, of one input");
  expect_contains(refusal(tensorflow("math.truediv", "it"), {"in", 0, 0, {{"y", 0}}}),
                  "layer 'it' (TFOpLambda): scale: expected finite numbers, found inf");
}

keras_file::ConfigLayer layer_in(const Json& whole) {
  return {whole["config"]["name"], whole["class_name"], &whole, &whole["config"], {}};
}

TEST(KerasOperation, AFunctionAndAModuleTellWhichOperatorALayerIs) {
  const auto of_function = [](const char* function) {
    const Json json = tensorflow(function, "it");
    return keras_file::operation_of(layer_in(json));
  };
  EXPECT_EQ(of_function("__operators__.add"), "add");
  EXPECT_EQ(of_function("math.divide"), "divide");
  EXPECT_EQ(of_function("nn.relu6"), "relu6");
  const auto of_class = [](const char* class_name, const char* module) {
    Json json = keras_layer(class_name, "it");
    json["module"] = module;
    return keras_file::operation_of(layer_in(json));
  };
  EXPECT_EQ(of_class("TrueDivide", "keras.src.ops.numpy"), "divide");
  EXPECT_EQ(of_class("Subtract", "keras.src.ops.numpy"), "subtract");
  EXPECT_EQ(of_class("Power", "keras.src.ops.numpy"), "");
  EXPECT_EQ(of_class("Subtract", "keras.layers"), "");
}

TEST(KerasOperation, TheNumberBesideTheTensorIsTheOperand) {
  const Json tensor = {{"class_name", "__keras_tensor__"}, {"config", {{"keras_history", {"in", 0, 0}}}}};
  const auto called = [](const char* class_name, const Json& args) {
    Json json = keras_layer(class_name, "it");
    json["module"] = "keras.src.ops.numpy";
    json["inbound_nodes"] = Json::array({{{"args", args}, {"kwargs", Json::object()}}});
    return json;
  };
  const Json multiply = called("Multiply", {3, tensor}), divide = called("Divide", {tensor, 4}),
             square = called("Multiply", {tensor, tensor}), inverse = called("Divide", {1, tensor});
  ASSERT_NE(keras_file::operand_of(layer_in(multiply)), nullptr);
  EXPECT_EQ(*keras_file::operand_of(layer_in(multiply)), 3);
  ASSERT_NE(keras_file::operand_of(layer_in(divide)), nullptr);
  EXPECT_EQ(*keras_file::operand_of(layer_in(divide)), 4);
  EXPECT_EQ(keras_file::operand_of(layer_in(square)), nullptr);
  expect_contains(message_of([&] { keras_file::operand_of(layer_in(inverse)); }),
                  "expected a tensor less or divided by numbers, found numbers before it");
}

TEST(KerasOperation, OnlyTheLastAxisAndANameAreUsualArguments) {
  const auto is_usual = [](const Json& arguments) {
    Json json = tensorflow("nn.softmax", "it");
    json["inbound_nodes"] = {{"in", 0, 0, arguments}};
    return keras_file::has_usual_arguments(layer_in(json));
  };
  EXPECT_TRUE(is_usual(Json::object()));
  EXPECT_TRUE(is_usual({{"axis", -1}, {"name", "probabilities"}}));
  EXPECT_TRUE(is_usual({{"axis", nullptr}}));
  EXPECT_FALSE(is_usual({{"axis", 1}}));
  EXPECT_FALSE(is_usual({{"y", 2}}));
}

}  // namespace
}  // namespace fer
