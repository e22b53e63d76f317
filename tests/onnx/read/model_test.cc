// Whole files: opset, classes, preprocessing and notes.
#include <cmath>

#include "tests/onnx/graph.h"

namespace fer {
namespace {

std::vector<std::string> notes_of(Graph& g, const std::string& output) {
  g.proto.mutable_graph()->clear_output();
  g.proto.mutable_graph()->add_output()->set_name(output);
  return onnx_file::parse_model_with_notes(g.proto.SerializeAsString(), {}, "m").notes;
}

TEST(OnnxModel, OtherOperatorsAloneAreNamed) {
  Graph g({1, 2, 2});
  g.proto.mutable_opset_import(0)->set_domain("ai.onnx.ml");
  expect_contains(g.refusal("x"),
                  "expected an ONNX model of the standard operators, found those of \"ai.onnx.ml\" alone");
}

TEST(OnnxModel, OneSigmoidIsTwoClassesAndOneOutputOfAnotherKindIsRefused) {
  Graph g({1, 1, 2});
  const std::string z = g.add("MatMul", {g.flat(), g.floats({2, 1})}), p = g.add("Sigmoid", {z});
  const float expected = 1 / (1 + std::exp(-0.01f * 10 - 0.02f * 20));
  expect_near(g.run(p, {10, 20}), {1 - expected, expected});
  expect_contains(g.refusal(z), "expected an output for each class, or one sigmoid, which tells two classes apart");
}

TEST(OnnxModel, SaysWhatItAssumes) {
  Graph g({1, 1, 2});
  const std::string z = g.add("MatMul", {g.flat(), g.floats({2, 3})});
  const std::vector<std::string> notes = notes_of(g, g.add("Sigmoid", {z}));
  ASSERT_EQ(notes.size(), 2u);
  expect_contains(notes[0], "pixels are divided by 255 before they go in, which is assumed");
  expect_contains(notes[1], "ends in sigmoids");
  expect_contains(notes_of(g, z).at(1), "its outputs are taken for logits");
  Graph pixels({1, 1, 2});
  const std::string scaled = pixels.add("Flatten", {pixels.add("Div", {"x", pixels.number(255)})});
  expect_contains(notes_of(pixels, pixels.add("Softmax", {scaled})).at(0), "go in as they are");
}

// What the reader makes of others' files does not matter to libfer's own, which take pixels.
TEST(OnnxBeginnings, OurOwnFilesSayWhatTheyTake) {
  Network network({1, 1, 3}, {"a", "b"});
  network.add(Flatten{}).add(Dense{.units = 2, .activation = Activation::kSoftmax}, "fc");
  Model model = random_model(network, 3);
  for (const Preprocessing& own : {Preprocessing{1, 0}, Preprocessing{1, -0.5f}, Preprocessing{2, -1}}) {
    model.preprocessing = own;
    EXPECT_EQ(onnx_file::parse_model(onnx_file::model_bytes(model, {}), {}, "m").preprocessing, own);
  }
}

}  // namespace
}  // namespace fer
