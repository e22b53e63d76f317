// Functions of each element, and softmax.
#include <cmath>

#include "tests/onnx/graph.h"

namespace fer {
namespace {

TEST(OnnxOperators, SoftmaxRunsOverTheClasses) {
  const auto softmax = [](int64_t opset, int64_t axis) {
    Graph g({1, 1, 2}, opset);
    onnx::NodeProto& node = g.node("Softmax", {g.add("MatMul", {g.flat(), g.floats({2, 2})})});
    set_attribute(node, "axis", axis);
    return g.run(node.output(0), {0, 100});
  };
  const float e = 1 / (1 + std::exp(1.0f));
  expect_near(softmax(13, -1), {e, 1 - e});
  expect_near(softmax(9, 1), {e, 1 - e});
  expect_contains(message_of([&] { softmax(13, 0); }), "axis: expected that of the channels, found 0 of 2 axes");
}

TEST(OnnxOperators, ClipAtSixAndAtNothing) {
  Graph g({1, 1, 4});
  const std::vector<float> x = {-1, 2, 7, 0.5f};
  expect_near(g.run(g.add("Clip", {g.flat(), g.number(0), g.number(6)}), x), {0, 2, 6, 0.5f});
  Graph open({1, 1, 4});
  expect_near(open.run(open.add("Clip", {open.flat(), open.number(0)}), x), {0, 2, 7, 0.5f});
  Graph old({1, 1, 4}, 10);
  onnx::NodeProto& clip = old.node("Clip", {old.flat()});
  set_attribute(clip, "min", 0.0f);
  set_attribute(clip, "max", 6.0f);
  expect_near(old.run(clip.output(0), x), {0, 2, 6, 0.5f});
  Graph other({1, 1, 4});
  expect_contains(other.refusal(other.add("Clip", {other.flat(), other.number(-1), other.number(1)})),
                  "expected to clip at 0, or at 0 and 6, found at -1 and 1");
}

TEST(OnnxOperators, HardSwishAndHardSigmoid) {
  Graph g({1, 1, 4}, 14);
  expect_near(g.run(g.add("HardSwish", {g.flat()}), {-4, -1, 2, 7}), {0, -1.0f / 3, 5.0f / 3, 7});
  Graph gate({1, 1, 3});
  onnx::NodeProto& sigmoid = gate.node("HardSigmoid", {gate.flat()});
  set_attribute(sigmoid, "alpha", 0.1666666716337204f);
  expect_near(gate.run(sigmoid.output(0), {-4, 0, 1.5f}), {0, 0.5f, 0.75f});
}

TEST(OnnxOperators, HardSigmoidsOfOtherNumbers) {
  Graph keras2({1, 1, 3});
  expect_near(keras2.run(keras2.add("HardSigmoid", {keras2.flat()}), {-4, 0, 1.5f}), {0, 0.5f, 0.8f});
  Graph shifted({1, 1, 4});
  onnx::NodeProto& node = shifted.node("HardSigmoid", {shifted.flat()});
  set_attribute(node, "alpha", 0.25f);
  set_attribute(node, "beta", 0.75f);
  expect_near(shifted.run(node.output(0), {-4, -2, 0.5f, 2}), {0, 0.25f, 0.875f, 1});
  Graph falling({1, 1, 3});
  onnx::NodeProto& other = falling.node("HardSigmoid", {falling.flat()});
  set_attribute(other, "alpha", -0.25f);
  expect_contains(falling.refusal(other.output(0)), "alpha, beta: expected a slope above 0 and a number, found -0.25");
  // x * hard_sigmoid(x) of another slope than hard_swish's stays a product.
  Graph gated({1, 1, 2});
  const std::string x =
      gated.add("MatMul", {gated.flat(), gated.writer.floats("eye", {2, 2}, std::vector<float>{1, 0, 0, 1})});
  expect_near(gated.run(gated.add("Mul", {x, gated.add("HardSigmoid", {x})}), {1, -1}), {0.7f, -0.3f});
}

TEST(OnnxOperators, SeluGeluAndMish) {
  const auto run = [](const char* op, const char* how, const std::vector<float>& x) {
    Graph g({1, 1, 3}, 20);
    onnx::NodeProto& node = g.node(op, {g.flat()});
    if (how != nullptr) set_attribute(node, "approximate", how);
    return g.run(node.output(0), x);
  };
  const std::vector<float> x = {-1, 0.5f, 3};
  expect_near(run("Selu", nullptr, x), {-1.1113307f, 0.5253505f, 3.152103f});
  expect_near(run("Gelu", nullptr, x), {-0.15865525f, 0.34573123f, 2.9959503f});
  expect_near(run("Gelu", "none", x), {-0.15865525f, 0.34573123f, 2.9959503f});
  expect_near(run("Gelu", "tanh", x), {-0.15880801f, 0.34571401f, 2.9963626f});
  expect_near(run("Mish", nullptr, x), {-0.30340146f, 0.37524521f, 2.986535f});
  expect_contains(message_of([&] { run("Gelu", "sigmoid", x); }), "approximate: expected none or tanh, found");
  Graph other({1, 1, 3});
  onnx::NodeProto& selu = other.node("Selu", {other.flat()});
  set_attribute(selu, "gamma", 2.0f);
  expect_contains(other.refusal(selu.output(0)),
                  "alpha, gamma: expected 1.6732632 and 1.050701, found 1.6732632 and 2");
}

TEST(OnnxIdioms, LogarithmsOfProbabilitiesAtTheEnd) {
  Graph g({1, 1, 2});
  onnx::NodeProto& log = g.node("LogSoftmax", {g.add("MatMul", {g.flat(), g.floats({2, 2})})});
  const float e = 1 / (1 + std::exp(1.0f));
  expect_near(g.run(g.add("Identity", {log.output(0)}), {0, 100}), {e, 1 - e});
  expect_contains(g.refusal(g.add("Mul", {log.output(0), g.number(2)})), "expected LogSoftmax to be the last, found");
}

TEST(OnnxActivations, SlopesHaveTheirDefaults) {
  Graph leaky({1, 1, 2}), elu({1, 1, 2}), none({1, 1, 2});
  expect_near(leaky.run(leaky.add("LeakyRelu", {leaky.flat()}), {-10, 10}), {-0.1f, 10});
  expect_near(elu.run(elu.add("Elu", {elu.flat()}), {-1, 3}), {std::exp(-1.0f) - 1, 3});
  onnx::NodeProto& node = none.node("LeakyRelu", {none.flat()});
  set_attribute(node, "alpha", 0.0f);
  expect_contains(none.refusal(node.output(0)), "alpha: expected a number above 0, found 0");
}

}  // namespace
}  // namespace fer
