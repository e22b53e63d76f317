#include "onnx/file/wire.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <limits>

#include "fer/error.h"

namespace fer::onnx_file {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

constexpr int64_t kMaxObjects = int64_t{1} << 18;  // messages and texts
constexpr int64_t kMaxNumbers = int64_t{1} << 22;
constexpr int kMaxDepth = 32;

// Walks the bytes as the parser will, and makes nothing.
class Count {
 public:
  explicit Count(CodedInputStream& in) : in_(in) {}

  // False where the bytes are no such message.
  bool message(const Descriptor& type, int depth) {
    if (depth > kMaxDepth)
      throw Error(fmt::format("expected at most {} messages in one another, found more", kMaxDepth));
    while (const uint32_t tag = in_.ReadTag()) {
      if (!field(type, tag, depth)) return false;
    }
    return in_.ConsumedEntireMessage();
  }

 private:
  bool field(const Descriptor& type, uint32_t tag, int depth) {
    uint64_t ignored = 0;
    uint32_t ignored_bits = 0;
    switch (WireFormatLite::GetTagWireType(tag)) {
      case WireFormatLite::WIRETYPE_VARINT:
        add(numbers_, 1, kMaxNumbers, "numbers");
        return in_.ReadVarint64(&ignored);
      case WireFormatLite::WIRETYPE_FIXED64:
        add(numbers_, 1, kMaxNumbers, "numbers");
        return in_.ReadLittleEndian64(&ignored);
      case WireFormatLite::WIRETYPE_FIXED32:
        add(numbers_, 1, kMaxNumbers, "numbers");
        return in_.ReadLittleEndian32(&ignored_bits);
      case WireFormatLite::WIRETYPE_LENGTH_DELIMITED:
        return delimited(type.FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag)), depth);
      default:
        return false;  // groups: none in this schema
    }
  }

  bool delimited(const FieldDescriptor* field, int depth) {
    uint32_t length = 0;
    if (!in_.ReadVarint32(&length) || length > static_cast<uint32_t>(std::numeric_limits<int>::max())) return false;
    const int bytes = static_cast<int>(length);
    if (field != nullptr && field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      add(objects_, 1, kMaxObjects, "messages and texts");
      const auto limit = in_.PushLimit(bytes);
      const bool good = in_.BytesUntilLimit() == bytes && message(*field->message_type(), depth + 1);
      in_.PopLimit(limit);
      return good;
    }
    const bool packed = field != nullptr && field->is_packable();
    const bool grows = packed && field->cpp_type() != FieldDescriptor::CPPTYPE_FLOAT &&
                       field->cpp_type() != FieldDescriptor::CPPTYPE_DOUBLE;
    if (grows) add(numbers_, bytes, kMaxNumbers, "numbers");
    if (!packed) add(objects_, 1, kMaxObjects, "messages and texts");
    return in_.Skip(bytes);
  }

  static void add(int64_t& count, int64_t more, int64_t limit, const char* what) {
    count += more;
    if (count > limit) throw Error(fmt::format("expected at most {} {}, found more", limit, what));
  }

  CodedInputStream& in_;
  int64_t objects_ = 0, numbers_ = 0;
};

}  // namespace

onnx::ModelProto& parse_protobuf(std::string_view bytes, google::protobuf::Arena& arena) {
  if (bytes.size() > static_cast<size_t>(std::numeric_limits<int>::max())) {
    throw Error(
        fmt::format("expected at most 2 GiB, which is all that an ONNX file holds, found {} bytes", bytes.size()));
  }
  const auto size = static_cast<int>(bytes.size());
  CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()), size);
  auto& model = *google::protobuf::Arena::CreateMessage<onnx::ModelProto>(&arena);
  if (!Count(in).message(*onnx::ModelProto::descriptor(), 0) || !model.ParseFromArray(bytes.data(), size)) {
    throw Error(fmt::format("expected an ONNX model, found {} bytes that are none", bytes.size()));
  }
  return model;
}

}  // namespace fer::onnx_file
