#include "onnx/file/node.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "fer/error.h"
#include "network/json_text.h"

namespace fer::onnx_file {

namespace {

std::string shown_value(const onnx::AttributeProto& attribute) {
  switch (attribute.type()) {
    case onnx::AttributeProto::INT:
      return std::to_string(attribute.i());
    case onnx::AttributeProto::FLOAT:
      return fmt::format("{}", attribute.f());
    case onnx::AttributeProto::STRING:
      return shown(attribute.s());
    case onnx::AttributeProto::INTS:
      return fmt::format("[{}]", fmt::join(attribute.ints(), ", "));
    default:
      return onnx::AttributeProto::AttributeType_Name(attribute.type());
  }
}

}  // namespace

Node::Node(const onnx::NodeProto& proto) : proto_(proto) {
  std::set<std::string_view> seen;
  for (const onnx::AttributeProto& attribute : proto.attribute()) {
    if (seen.insert(attribute.name()).second) continue;
    throw Error("expected each attribute once, found " + shown(attribute.name()) + " twice");
  }
}

const std::string& Node::input(int i) const {
  if (!has_input(i)) throw Error(fmt::format("expected {} inputs, found {}", i + 1, proto_.input_size()));
  return proto_.input(i);
}

void Node::expect_inputs(int least, int most) const {
  const int count = proto_.input_size();
  if (count >= least && count <= most) return;
  throw Error(fmt::format("expected {} to {} inputs, found {}", least, most, count));
}

const onnx::AttributeProto* Node::find(const char* name) const {
  for (const onnx::AttributeProto& attribute : proto_.attribute()) {
    if (attribute.name() == name) return &attribute;
  }
  return nullptr;
}

const onnx::AttributeProto* Node::take(const char* name, onnx::AttributeProto::AttributeType type) {
  asked_.insert(name);
  const onnx::AttributeProto* attribute = find(name);
  if (attribute == nullptr || attribute->type() == type) return attribute;
  throw Error(fmt::format("{}: expected type {}, found {}", name, onnx::AttributeProto::AttributeType_Name(type),
                          onnx::AttributeProto::AttributeType_Name(attribute->type())));
}

int64_t Node::integer(const char* name, int64_t usual) {
  const auto* attribute = take(name, onnx::AttributeProto::INT);
  return attribute == nullptr ? usual : attribute->i();
}

float Node::real(const char* name, float usual) {
  const auto* attribute = take(name, onnx::AttributeProto::FLOAT);
  return attribute == nullptr ? usual : attribute->f();
}

std::string Node::text(const char* name, const char* usual) {
  const auto* attribute = take(name, onnx::AttributeProto::STRING);
  return attribute == nullptr ? usual : attribute->s();
}

std::vector<int64_t> Node::integers(const char* name, std::vector<int64_t> usual) {
  const auto* attribute = take(name, onnx::AttributeProto::INTS);
  if (attribute == nullptr) return usual;
  return {attribute->ints().begin(), attribute->ints().end()};
}

std::vector<float> Node::reals(const char* name) {
  const auto* attribute = take(name, onnx::AttributeProto::FLOATS);
  if (attribute == nullptr) return {};
  return {attribute->floats().begin(), attribute->floats().end()};
}

const onnx::TensorProto* Node::tensor(const char* name) {
  const auto* attribute = take(name, onnx::AttributeProto::TENSOR);
  return attribute == nullptr ? nullptr : &attribute->t();
}

void Node::expect_integer(const char* name, int64_t value, int64_t usual) {
  const int64_t found = integer(name, usual);
  if (found != value) throw Error(fmt::format("{}: expected {}, found {}", name, value, found));
}

void Node::ignore(std::initializer_list<const char*> names) {
  for (const char* name : names) asked_.insert(name);
}

void Node::refuse_others() const {
  for (const onnx::AttributeProto& attribute : proto_.attribute()) {
    if (asked_.contains(attribute.name())) continue;
    throw Error("unknown attribute " + shown(attribute.name()) + ": expected none, found " + shown_value(attribute));
  }
}

}  // namespace fer::onnx_file
