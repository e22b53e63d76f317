// What a graph takes: its input, the order of its axes, and whether pixels or fractions go in.
#include "tests/onnx/graph.h"
#include "tests/onnx/refusal.h"
#include "tests/onnx/tiny.h"

namespace fer {
namespace {

TEST(OnnxOperators, AnInputTakenInTwoFormsIsRefused) {
  Graph g({1, 1, 2});
  const std::string half = g.add("Relu", {g.add("Mul", {"x", g.number(0.5f)})});
  const std::string sum = g.add("Add", {half, g.add("Relu", {"x"})});
  expect_contains(
      g.refusal(g.add("Flatten", {sum})),
      "expected the graph's input to be taken in one form, found [1, 2, 1] * 0.5 + 0 and [1, 2, 1] * 1 + 0");
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

TEST(OnnxBeginnings, WhatOnlyMovesPixelsComesBeforeTheBeginning) {
  Graph g({3, 2, 2});
  onnx::NodeProto& resize = g.node("Resize", {"x", "", "", g.ints({1, 3, 1, 1})});
  set_attribute(resize, "mode", "linear");
  EXPECT_EQ(guessed_preprocessing(g, channel_step(g, "Sub", resize.output(0), {129.2f, 104.8f, 93.6f})), kPixels);
}

TEST(OnnxBeginnings, BytesArePixels) {
  Graph g({3, 1, 1});
  auto& type = *g.proto.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::UINT8);
  onnx::NodeProto& cast = g.node("Cast", {"x"});
  set_attribute(cast, "to", int64_t{onnx::TensorProto::FLOAT});
  EXPECT_EQ(guessed_preprocessing(g, cast.output(0)), kPixels);
}

TEST(OnnxBeginnings, OtherwiseAndWhereLaterLayersScaleFractionsGoIn) {
  Graph g({3, 1, 1});
  EXPECT_EQ(guessed_preprocessing(g, channel_step(g, "Sub", g.add("Relu", {"x"}), {129.2f, 104.8f, 93.6f})),
            kFractions);
}

// A file may use a tensor more than once, but not make gigabytes of kilobytes.
TEST(HostileOnnx, WeightsUsedOverAndOverAreRefused) {
  onnx::ModelProto model = tiny_onnx();
  onnx::GraphProto graph;
  onnx_file::GraphWriter writer(graph, {"input", "probabilities"});
  *graph.add_input() = model.graph().input(0);
  *graph.add_output() = model.graph().output(0);
  const std::vector<float> zeros(1024 * 1024);
  const std::string square = writer.floats("square", {1024, 1024}, zeros);
  const std::string first = writer.floats("first", {16, 1024}, std::span(zeros).first(16 * 1024));
  std::string value = writer.node("Flatten", "flat", {"input"}).output(0);
  value = writer.node("MatMul", "fc", {value, first}).output(0);
  for (int i = 0; i < 100; ++i) value = writer.node("MatMul", "fc", {value, square}).output(0);
  graph.mutable_node(graph.node_size() - 1)->set_output(0, "probabilities");
  *model.mutable_graph() = graph;
  expect_contains(refusal_of(model.SerializeAsString()), "expected no more weights than the file holds");
}

TEST(OnnxReading, NamesOfLayersAreAsciiAndTheirOwn) {
  Graph g({1, 1, 2});
  onnx::NodeProto& first = g.node("Relu", {g.flat()});
  onnx::NodeProto& second = g.node("Tanh", {first.output(0)});
  for (onnx::NodeProto* node : {&first, &second}) node->set_name("h\xc3\xa9");
  const Network network = g.read(g.add("MatMul", {second.output(0), g.floats({2, 2})})).network;
  EXPECT_EQ(network.layers[1].name, "h__");
  EXPECT_EQ(network.layers[2].name, "h___2");
}

}  // namespace
}  // namespace fer
