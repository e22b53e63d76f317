// What does nothing.
#include "fer/error.h"
#include "onnx/read/operators.h"

namespace fer::onnx_file {

void read_constant(Reading& r, Node& node) {
  node.expect_inputs(0, 0);
  if (node.proto().attribute_size() != 1) throw Error("expected one attribute");
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
  node.expect_integer("to", onnx::TensorProto::FLOAT, -1);
  node.ignore({"saturate"});
  read_same(r, node);
}

void read_dropout(Reading& r, Node& node) {
  node.expect_inputs(1, 3);
  node.ignore({"ratio", "seed"});
  r.give(node, r.value_or_half(node, 0));
}

}  // namespace fer::onnx_file
