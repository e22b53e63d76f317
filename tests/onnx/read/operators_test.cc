// Which operators are read, and which of them only of constants.
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
