// Files that lie: a clear refusal, and no memory taken for what they say.
#include <gtest/gtest.h>

#include "onnx/write/graph_writer.h"
#include "tests/onnx/tiny.h"
#include "tests/support/message.h"

namespace fer {
namespace {

std::string refusal(const std::string& content) {
  const std::string message = message_of([&] { onnx_file::parse_model(content, {}, "m.onnx"); });
  EXPECT_TRUE(message.starts_with("m.onnx: ")) << message;
  return message;
}

TEST(HostileOnnx, EveryLieIsRefused) {
  for (const HostileOnnx& hostile : hostile_onnx()) {
    SCOPED_TRACE(hostile.name);
    onnx::ModelProto model = tiny_onnx();
    hostile.spoil(model);
    expect_contains(refusal(model.SerializeAsString()), hostile.message);
  }
}

TEST(HostileOnnx, EveryTruncationIsRefused) {
  Network network({4, 4, 1}, {"a", "b"});
  network.add(Conv2D{.filters = 1}, "conv").add(Flatten{}, "flat").add(Dense{.units = 2}, "fc");
  const std::string content = onnx_file::model_bytes(random_model(network, 1), {});
  for (size_t size = 0; size < content.size(); ++size) {
    EXPECT_FALSE(refusal(content.substr(0, size)).empty()) << size;
  }
}

TEST(HostileOnnx, OtherFilesAreRefused) {
  EXPECT_EQ(refusal("not a model"), "m.onnx: expected an ONNX model, found 11 bytes that are none");
  expect_contains(refusal(std::string(100, '\0')), "found 100 bytes that are none");
  expect_contains(refusal(""), "m.onnx: expected an ONNX model with a graph, found none");
}

// A field with a length.
std::string delimited(char tag, const std::string& bytes) {
  std::string out(1, tag);
  for (size_t rest = bytes.size(); out.size() == 1 || rest > 0; rest >>= 7) {
    out += static_cast<char>((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
  }
  return out + bytes;
}

// Two bytes make an empty node, which takes a hundred times that in memory.
TEST(HostileOnnx, CountsAreBoundedBeforeMemoryIsTaken) {
  std::string nodes, names, numbers;
  for (int i = 0; i < 300000; ++i) {
    nodes += delimited(0x0a, "");
    names += delimited(0x12, "");
  }
  for (int i = 0; i < 5000000; ++i) numbers += "\x08\x01";
  const std::string packed_dims = delimited(0x2a, delimited(0x0a, std::string(5000000, '\1')));
  const char* const kObjects = "expected at most 262144 messages and texts, found more";
  const char* const kNumbers = "expected at most 4194304 numbers, found more";
  expect_contains(refusal(delimited(0x3a, nodes)), kObjects);
  expect_contains(refusal(delimited(0x3a, names)), kObjects);
  expect_contains(refusal(numbers), kNumbers);
  expect_contains(refusal(delimited(0x3a, packed_dims)), kNumbers);
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
  expect_contains(refusal(model.SerializeAsString()), "expected no more weights than the file holds");
}

TEST(HostileOnnx, AnyFlippedBitIsRefusedOrHarmless) {
  const std::string content = tiny_onnx().SerializeAsString();
  int refused = 0;
  for (size_t i = 0; i < content.size(); ++i) {
    std::string spoilt = content;
    spoilt[i] = static_cast<char>(spoilt[i] ^ (1 << (i % 8)));
    try {
      onnx_file::parse_model(spoilt, {}, "m");
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, static_cast<int>(content.size()) / 3);
}

}  // namespace
}  // namespace fer
