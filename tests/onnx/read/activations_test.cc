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
  Graph keras2({1, 1, 3});
  expect_contains(keras2.refusal(keras2.add("HardSigmoid", {keras2.flat()})),
                  "expected alpha 1/6 and beta 1/2, found 0.2");
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
