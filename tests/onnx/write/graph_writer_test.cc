// Names and constants of a graph.
#include "onnx/write/graph_writer.h"

#include <cmath>

#include "tests/onnx/round_trip.h"
#include "tests/support/message.h"

namespace fer {
namespace {

TEST(Onnx, NamesThatMeetAreKeptApart) {
  Network network({4, 4, 1}, {"a", "b"});
  network.add(Conv2D{.filters = 2}, "probabilities").add(BatchNorm{}, "pixel_scale");
  network.add(Flatten{}, "probabilities/kernel").add(Dense{.units = 2, .activation = Activation::kSoftmax}, "softmax");
  const Model model = random_model(network, 2);
  expect_same(model, round_trip(model, {.fold_batch_norm = false}));
}

TEST(OnnxGraphWriter, NodesAndConstantsGetNamesOfTheirOwn) {
  onnx::GraphProto proto;
  onnx_file::GraphWriter graph(proto, {"input", "output"}, 11);
  EXPECT_EQ(graph.opset(), 11);
  EXPECT_EQ(graph.node("Relu", "input", {"x", ""}).output(0), "input_2");
  EXPECT_EQ(graph.ints("input", {1, -2}), "input_3");
  EXPECT_EQ(graph.node("Tanh", "other", {}).name(), "other");
  ASSERT_EQ(proto.node_size(), 2);
  EXPECT_EQ(proto.node(0).op_type(), "Relu");
  EXPECT_EQ(proto.node(0).name(), "input_2");
  EXPECT_EQ(proto.node(0).input_size(), 2);
  ASSERT_EQ(proto.initializer_size(), 1);
  EXPECT_EQ(proto.initializer(0).data_type(), onnx::TensorProto::INT64);
  EXPECT_EQ(proto.initializer(0).dims(0), 2);
  EXPECT_EQ(proto.initializer(0).raw_data(), std::string("\1\0\0\0\0\0\0\0\xfe\xff\xff\xff\xff\xff\xff\xff", 16));
}

TEST(OnnxGraphWriter, NumbersThatAreNotFiniteAreRefused) {
  onnx::GraphProto proto;
  onnx_file::GraphWriter graph(proto, {});
  for (const float value : {INFINITY, -INFINITY, NAN}) {
    EXPECT_EQ(message_of([&] {
                graph.floats("kernel", {}, {&value, 1});
              }),
              "tensor 'kernel': expected finite numbers, found " + std::to_string(value) + " at place 0");
  }
  EXPECT_EQ(proto.initializer_size(), 0);
}

}  // namespace
}  // namespace fer
