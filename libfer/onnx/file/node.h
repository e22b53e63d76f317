// One node of a graph that is read, and its attributes.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "onnx/file/schema.h"

namespace fer::onnx_file {

// Attributes are asked for by name and type; refuse_others() then refuses those that nobody asked for, since they may
// change what the node does.
class Node {
 public:
  explicit Node(const onnx::NodeProto& proto);

  const std::string& op() const { return proto_.op_type(); }
  // Inputs may be left out: none, or one without a name.
  int input_count() const { return proto_.input_size(); }
  bool has_input(int i) const { return i < proto_.input_size() && !proto_.input(i).empty(); }
  // Throws Error where it was left out.
  const std::string& input(int i) const;
  // Throws Error unless there are that many.
  void expect_inputs(int least, int most) const;
  const onnx::NodeProto& proto() const { return proto_; }

  bool has(const char* name) const { return find(name) != nullptr; }
  // The value, or `usual` where the node has none of that name. Throw Error on another type.
  int64_t integer(const char* name, int64_t usual);
  float real(const char* name, float usual);
  std::string text(const char* name, const char* usual);
  std::vector<int64_t> integers(const char* name, std::vector<int64_t> usual);
  std::vector<float> reals(const char* name);  // empty where it has none
  // Null where the node has none of that name.
  const onnx::TensorProto* tensor(const char* name);
  // Throws Error unless the attribute is missing or this number.
  void expect_integer(const char* name, int64_t value, int64_t usual);
  // These say nothing about what the node computes.
  void ignore(std::initializer_list<const char*> names);
  void refuse_others() const;

 private:
  const onnx::AttributeProto* find(const char* name) const;
  const onnx::AttributeProto* take(const char* name, onnx::AttributeProto::AttributeType type);

  const onnx::NodeProto& proto_;
  std::unordered_set<std::string> asked_;
};

}  // namespace fer::onnx_file
