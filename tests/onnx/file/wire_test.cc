// Protocol buffers that are none, or ask for more memory than they are worth.
#include "onnx/file/wire.h"

#include "tests/onnx/refusal.h"
#include "tests/onnx/tiny.h"

namespace fer {
namespace {

TEST(HostileOnnx, OtherFilesAreRefused) {
  EXPECT_EQ(refusal_of("not a model"), "m.onnx: expected an ONNX model, found 11 bytes that are none");
  expect_contains(refusal_of(std::string(100, '\0')), "found 100 bytes that are none");
  expect_contains(refusal_of(""), "m.onnx: expected an ONNX model with a graph, found none");
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
  expect_contains(refusal_of(delimited(0x3a, nodes)), kObjects);
  expect_contains(refusal_of(delimited(0x3a, names)), kObjects);
  expect_contains(refusal_of(numbers), kNumbers);
  expect_contains(refusal_of(delimited(0x3a, packed_dims)), kNumbers);
}

// Packed floats take no more memory than in the file: they are not counted as numbers.
TEST(OnnxWire, ManyFloatsComeBack) {
  constexpr int kFloats = 5000000;
  onnx::ModelProto model = tiny_onnx();
  onnx::TensorProto& tensor = *model.mutable_graph()->add_initializer();
  tensor.mutable_float_data()->Resize(kFloats, 0.5f);
  google::protobuf::Arena arena;
  EXPECT_EQ(onnx_file::parse_protobuf(model.SerializeAsString(), arena).SerializeAsString(), model.SerializeAsString());
  tensor.clear_float_data();
  tensor.mutable_int64_data()->Resize(kFloats, 1);
  const std::string numbers = model.SerializeAsString();
  expect_contains(message_of([&] {
                    google::protobuf::Arena arena;
                    onnx_file::parse_protobuf(numbers, arena);
                  }),
                  "expected at most 4194304 numbers, found more");
}

// A field that says more bytes than there are, and one of a kind that ONNX has not.
TEST(OnnxWire, FieldsThatAreNoneAreRefused) {
  for (const std::string& bytes : {std::string("\x3a\x05\x0a"), std::string("\x3a\xff\xff\xff\xff\x0f"),
                                   std::string("\x0b\x0c"), std::string("\x08")}) {
    expect_contains(message_of([&] {
                      google::protobuf::Arena arena;
                      onnx_file::parse_protobuf(bytes, arena);
                    }),
                    "expected an ONNX model, found");
  }
}

}  // namespace
}  // namespace fer
