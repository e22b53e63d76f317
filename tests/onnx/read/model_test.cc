// Whole graphs as other exporters write them.
#include <algorithm>

#include "network/outputs.h"
#include "tests/onnx/graph.h"

namespace fer {
namespace {

std::vector<std::string> notes_of(Graph& g, const std::string& output) {
  g.proto.mutable_graph()->clear_output();
  g.proto.mutable_graph()->add_output()->set_name(output);
  return onnx_file::parse_model_with_notes(g.proto.SerializeAsString(), {}, "m").notes;
}

// [n, h, w, c] straight into a flatten: no node says where the channels are, but pictures have 1 or 3.
TEST(OnnxModel, AFlattenOfChannelsLast) {
  for (const int64_t channels : {1, 3}) {
    Graph g({2, 4, channels});
    const Model model = g.read(g.add("MatMul", {g.flat(), g.floats({8 * channels, 2})}));
    EXPECT_EQ(model.network.input, (Shape{2, 4, channels}));
    // Weights in the file's order.
    EXPECT_FLOAT_EQ(model.weights.of(model.weights.layout.parameters[0])[3], 0.04f);
  }
  Graph first({1, 4, 4});
  EXPECT_EQ(first.read(first.add("MatMul", {first.flat(), first.floats({16, 2})})).network.input, (Shape{4, 4, 1}));
  Graph scaled({4, 4, 1});
  const std::string x = scaled.add("Relu", {scaled.add("Mul", {"x", scaled.number(2)})});
  EXPECT_EQ(scaled.read(scaled.add("MatMul", {scaled.add("Flatten", {x}), scaled.floats({16, 2})})).network.input,
            (Shape{4, 4, 1}));
}

TEST(OnnxModel, VectorsAreRefusedByName) {
  Graph g({52});
  expect_contains(g.refusal(g.add("MatMul", {"x", g.floats({52, 2})})),
                  "expected the graph's input to be pictures, [batch, channels, height, width], found vectors");
}

TEST(OnnxModel, OtherOperatorsAloneAreNamed) {
  Graph g({1, 2, 2});
  g.proto.mutable_opset_import(0)->set_domain("ai.onnx.ml");
  expect_contains(g.refusal("x"),
                  "expected an ONNX model of the standard operators, found those of \"ai.onnx.ml\" alone");
}

TEST(OnnxModel, NodesMayStandInAnyOrder) {
  Graph g({1, 1, 2});
  const std::string product = g.add("MatMul", {g.add("Relu", {g.flat()}), g.floats({2, 2})});
  const std::vector<float> expected = g.run(product, {3, 4});
  auto& nodes = *g.proto.mutable_graph()->mutable_node();
  std::reverse(nodes.begin(), nodes.end());
  expect_near(g.run(product, {3, 4}), expected);
}

TEST(OnnxModel, ABatchNormOfOneMoreAxis) {
  for (const std::vector<int64_t>& axes : {Ints{2}, Ints{2, 3}, Ints{-1}}) {
    Graph g({1, 1, 2});
    const auto of = [&](float a, float b) { return g.writer.floats("c", {2}, std::vector<float>{a, b}); };
    const std::string x = g.add("Unsqueeze", {g.flat(), g.ints(axes)});
    onnx::NodeProto& norm = g.node("BatchNormalization", {x, of(2, 3), of(1, 1), of(0, 0), of(1, 1)});
    set_attribute(norm, "epsilon", 1e-9f);
    const std::string y = g.add("Squeeze", {norm.output(0), g.ints(axes)});
    const Model model = g.read(g.add("Softmax", {y}));
    EXPECT_EQ(model.network.layers.size(), 3u);
    const float e = std::exp(2 * 0.1f + 1) / (std::exp(2 * 0.1f + 1) + std::exp(3 * 0.2f + 1));
    expect_near(outputs(model, {0.1f, 0.2f}), {e, 1 - e});
  }
  Graph picture({1, 2, 2});
  expect_contains(picture.refusal(picture.add("Unsqueeze", {picture.add("Relu", {"x"}), picture.ints({1})})),
                  "axes: expected some after [n, k], found others");
}

std::string last_axis(Graph& g, const std::string& x) {
  onnx::NodeProto& node = g.node("Transpose", {x});
  set_attribute(node, "perm", Ints{0, 2, 3, 1});
  return node.output(0);
}

// A dense layer of every pixel in the three ways of writing it: a product of [n, h, w, c], of [n, h * w, c], and of the
// pixels of all pictures.
TEST(OnnxModel, ADenseLayerOfEveryPixelIsAConvolution) {
  const std::vector<float> pixels = {1, 5, 2, 6, 3, 7, 4, 8};
  Graph whole({2, 2, 2});
  const auto end = [](Graph& g, const std::string& x) {
    return g.add("MatMul", {g.add("Flatten", {g.add("Relu", {x})}), g.floats({12, 2})});
  };
  const auto product = [](Graph& g, const std::string& x) {
    return g.add("Add", {g.add("MatMul", {x, g.floats({2, 3})}), g.floats({3})});
  };
  const std::vector<float> expected = whole.run(end(whole, product(whole, last_axis(whole, "x"))), pixels);
  // By hand: pixel [1, 5] gives 0.01 + 0.01 * 1 + 0.04 * 5, ...
  float first = 0;
  for (int p = 0; p < 4; ++p) {
    for (int u = 0; u < 3; ++u) {
      const float y = 0.01f * (u + 1) + pixels[2 * p] * 0.01f * (u + 1) + pixels[2 * p + 1] * 0.01f * (u + 4);
      first += y * 0.01f * (2 * (3 * p + u) + 1);
    }
  }
  EXPECT_NEAR(expected[0], first, 1e-5);
  Graph rows({2, 2, 2});
  const std::string three = rows.add("Reshape", {last_axis(rows, "x"), rows.ints({0, -1, 2})});
  expect_near(rows.run(end(rows, product(rows, three)), pixels), expected);
  Graph merged({2, 2, 2});
  const std::string all = merged.add("Reshape", {last_axis(merged, "x"), merged.ints({-1, 2})});
  const std::string back = merged.add("Reshape", {product(merged, all), merged.ints({-1, 2, 2, 3})});
  expect_near(merged.run(end(merged, back), pixels), expected);
  expect_contains(merged.refusal(merged.add("MatMul", {all, merged.floats({2, 3})})),
                  "expected a dense layer, and a Reshape that gives the batch back");
}

TEST(OnnxModel, AnOutputOfOnePixelIsFlat) {
  Graph pool({2, 1, 2});
  expect_near(pool.run(pool.add("GlobalAveragePool", {"x"}), {10, 30, 20, 40}), {15, 35});
  Graph conv({2, 1, 2});
  const std::string mean = conv.add("GlobalAveragePool", {"x"});
  const Model model = conv.read(conv.add("Conv", {mean, conv.floats({3, 2, 1, 1})}));
  EXPECT_EQ(class_count(model.network), 3);
  expect_near(outputs(model, {10, 30, 20, 40}), {0.85f, 1.85f, 2.85f});
}

// (In 16 bits only the file: what comes in and goes out are floats, or halves.)
TEST(OnnxModel, HalvesAndCastsToThem) {
  Graph g({1, 1, 2});
  onnx::NodeProto& down = g.node("Cast", {g.flat()});
  set_attribute(down, "to", int64_t{onnx::TensorProto::FLOAT16});
  onnx::TensorProto& kernel = *g.proto.mutable_graph()->add_initializer();
  kernel.set_name("halves");
  kernel.set_data_type(onnx::TensorProto::FLOAT16);
  for (const int64_t extent : {2, 2}) kernel.add_dims(extent);
  kernel.set_raw_data(std::string("\x00\x3c\x00\x40\x00\xc0\x00\x38", 8));  // 1, 2, -2, 0.5
  onnx::NodeProto& up = g.node("Cast", {g.add("MatMul", {down.output(0), "halves"})});
  set_attribute(up, "to", int64_t{onnx::TensorProto::FLOAT});
  expect_near(g.run(up.output(0), {3, 1}), {1, 6.5f});
  g.proto.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(
      onnx::TensorProto::FLOAT16);
  expect_near(g.run(up.output(0), {3, 1}), {1, 6.5f});
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

}  // namespace
}  // namespace fer
