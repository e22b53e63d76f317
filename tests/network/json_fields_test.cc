#include "network/json_fields.h"

#include <gtest/gtest.h>

#include "fer/error.h"
#include "tests/network/layers_json.h"

namespace fer {
namespace {

TEST(JsonFields, RefusesMembersThatNobodyAskedFor) {
  const nlohmann::json object = {{"known", 3}, {"other", 4}};
  JsonFields fields(object, "x.json");
  int64_t value = 0;
  EXPECT_TRUE(fields.read("known", value));
  EXPECT_EQ(value, 3);
  EXPECT_FALSE(fields.read("missing", value));
  EXPECT_EQ(value, 3);
  EXPECT_EQ(message_of([&] { fields.refuse_unknown(); }), "x.json: unknown field \"other\": expected known, missing");
}

TEST(JsonFields, ValuesOfTheWrongTypeAreRefused) {
  const auto with = [](const std::string& field) {
    return refusal_of_layers(R"({"name": "c", "type": "conv2d", "filters": 2, "kernel": [3, 3], )" + field + "}");
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
  expect_contains(refusal_of_layers(R"({"name": "r", "type": "resize", "size": [4, 4], "method": "nearest"})"),
                  "method: expected \"bilinear\", found \"nearest\"");
}

}  // namespace
}  // namespace fer
