// Which operators are read, and which of them only of constants.
#include <optional>

#include "tests/onnx/graph.h"

namespace fer {
namespace {

TEST(OnnxIdioms, UnknownOperatorsAreNamedInShort) {
  Graph g({1, 1, 2});
  EXPECT_EQ(g.refusal(g.add("GroupNormalization", {"x"})),
            "m: node \"n\" (\"GroupNormalization\"): expected an operator that docs/onnx.md lists, found "
            "\"GroupNormalization\"");
}

// Before a Reshape that could not be read either.
TEST(OnnxIdioms, UnknownOperatorsAreNamedFirst) {
  for (const char* op : {"LSTM", "GRU", "InstanceNormalization", "LayerNormalization", "ConvTranspose", "Einsum"}) {
    Graph g({1, 1, 2});
    const std::string odd = g.add("Reshape", {"x", g.ints({7, 7})});
    expect_contains(g.refusal(g.add(op, {odd})),
                    std::string("expected an operator that docs/onnx.md lists, found \"") + op + "\"");
  }
}

// ONNX Runtime writes its optimised graphs with operators of its own.
TEST(OnnxOperators, RuntimesOwnFunctionsAreReadWhereTheyAreOurs) {
  const auto run = [](const char* op, std::optional<float> alpha, bool bias = false) {
    Graph g({1, 1, 3});
    std::vector<std::string> inputs = {g.flat()};
    if (bias) inputs.push_back(g.floats({3}));
    onnx::NodeProto& node = g.node(op, inputs);
    node.set_domain("com.microsoft");
    if (alpha) set_attribute(node, "alpha", *alpha);
    return g.run(node.output(0), {-1, 0.5f, 3});
  };
  expect_near(run("Gelu", {}), {-0.15865525f, 0.34573123f, 2.9959503f});
  expect_near(run("FastGelu", {}), {-0.15880801f, 0.34571401f, 2.9963626f});
  expect_near(run("QuickGelu", 1.0f), {-0.26894142f, 0.31122967f, 2.8577224f});  // x / (1 + exp(-x))
  expect_contains(message_of([&] { run("QuickGelu", {}); }), "alpha: expected 1, which is silu, found 1.702");
  expect_contains(message_of([&] { run("FastGelu", {}, true); }), "bias: expected none, found \"c\"");
  expect_contains(message_of([&] { run("FusedConv", {}); }),
                  "expected an operator that docs/onnx.md lists, found \"FusedConv\" of \"com.microsoft\", which ONNX "
                  "Runtime's optimisations put there: take the file as it was exported");
}

// What was expected, what was found, and where to read on.
TEST(OnnxOperators, RefusalsSayWhatTheyFound) {
  Graph attribute({1, 2, 2}), mean({3, 4, 4}), factors({3, 4, 4}), output({1, 2, 2});
  set_attribute(attribute.node("Relu", {"x"}), "twist", Ints{2, 3});
  EXPECT_EQ(
      attribute.refusal("n"),
      "m: node \"n\" (\"Relu\"): unknown attribute \"twist\": expected none, found [2, 3]: docs/onnx.md lists the "
      "forms that libfer reads");
  onnx::NodeProto& node = mean.node("ReduceMean", {"x"});
  set_attribute(node, "axes", Ints{1, 2});
  expect_contains(mean.refusal(node.output(0)),
                  "axes: expected [2, 3] for the mean over height and width, found [1, 2]");
  expect_contains(factors.refusal(factors.add("Mul", {"x", factors.flat()})),
                  "found [n, c, h, w] of [3, 4, 4] and [n, k] of [48], a flattened picture");
  expect_contains(factors.refusal(factors.add("Sub", {"x", "x"})),
                  "expected one value and one constant, found the values \"x\" and \"x\"");
  expect_contains(output.refusal(output.add("Relu", {"x"})),
                  "output \"n\": expected [batch, classes], found [1, 2, 2] after the batch");
}

TEST(OnnxConstants, OperatorsOfConstantsAloneSaySo) {
  Graph g({1, 1, 2});
  expect_contains(g.refusal(g.add("Gather", {g.flat(), g.whole(0)})),
                  "expected a constant that an earlier node or an initializer gives, found \"n\"");
}

TEST(OnnxOperators, OtherDomainsAndNodesWithoutOutputsAreRefused) {
  Graph g({1, 1, 2});
  onnx::NodeProto& relu = g.node("Relu", {g.flat()});
  relu.set_domain("ai.onnx");
  EXPECT_EQ(g.read(relu.output(0)).network.layers.size(), 2u);
  relu.set_domain("com.microsoft");
  expect_contains(g.refusal(relu.output(0)), "expected an operator that docs/onnx.md lists, found \"Relu\"");
  relu.set_domain("");
  const std::string second = "second";
  relu.set_output(0, "");
  relu.add_output(second);
  expect_contains(g.refusal(second), "expected an output, found none");
}

}  // namespace
}  // namespace fer
