// What does nothing.
#include <fmt/format.h>

#include "fer/error.h"
#include "onnx/read/operators.h"

namespace fer::onnx_file {

bool is_type_of_floats(int64_t type) {
  return type == onnx::TensorProto::FLOAT || type == onnx::TensorProto::FLOAT16 ||
         type == onnx::TensorProto::BFLOAT16 || type == onnx::TensorProto::DOUBLE;
}

void read_constant(Reading& r, Node& node) {
  node.expect_inputs(0, 0);
  if (node.proto().attribute_size() != 1) {
    throw Error(fmt::format("expected one attribute, the value, found {}", node.proto().attribute_size()));
  }
  const onnx::AttributeProto& attribute = node.proto().attribute(0);
  node.ignore({attribute.name().c_str()});
  if (attribute.name() == "value") {
    r.give_constant(node, attribute.t());
  } else {
    r.give_constant(node, constant_of(attribute));
  }
}

void read_same(Reading& r, Node& node) {
  node.expect_inputs(1, 1);
  r.give(node, r.value_or_half(node, 0));
}

void read_cast(Reading& r, Node& node) {
  const int64_t to = node.integer("to", -1);
  if (!is_type_of_floats(to)) throw Error(fmt::format("to: expected floats, found type {}", to));
  node.ignore({"saturate"});
  read_same(r, node);
}

void read_dropout(Reading& r, Node& node) {
  node.expect_inputs(1, 3);
  node.ignore({"ratio", "seed"});
  r.give(node, r.value_or_half(node, 0));
}

}  // namespace fer::onnx_file
