#include "onnx/operators.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "fer/error.h"

namespace fer::onnx_file {
namespace {

struct Operator {
  const char* op;
  void (*read)(Reading&, Node&);
};

constexpr Operator kOperators[] = {{"Add", read_add},
                                   {"AveragePool", read_average_pool},
                                   {"BatchNormalization", read_batch_normalization},
                                   {"Cast", read_cast},
                                   {"Clip", read_clip},
                                   {"Concat", read_concat},
                                   {"Constant", read_constant},
                                   {"Conv", read_conv},
                                   {"Div", read_div},
                                   {"Dropout", read_dropout},
                                   {"Elu", read_activation},
                                   {"Flatten", read_flatten},
                                   {"Gather", read_gather},
                                   {"Gemm", read_gemm},
                                   {"GlobalAveragePool", read_global_average_pool},
                                   {"GlobalMaxPool", read_global_max_pool},
                                   {"HardSigmoid", read_hard_sigmoid},
                                   {"HardSwish", read_activation},
                                   {"Identity", read_same},
                                   {"LeakyRelu", read_activation},
                                   {"MatMul", read_matmul},
                                   {"MaxPool", read_max_pool},
                                   {"Mul", read_mul},
                                   {"Pad", read_pad},
                                   {"ReduceMean", read_reduce_mean},
                                   {"Relu", read_activation},
                                   {"Reshape", read_reshape},
                                   {"Resize", read_resize},
                                   {"Shape", read_shape},
                                   {"Sigmoid", read_activation},
                                   {"Slice", read_slice},
                                   {"Softmax", read_softmax},
                                   {"Squeeze", read_squeeze},
                                   {"Sub", read_sub},
                                   {"Sum", read_sum},
                                   {"Tanh", read_activation},
                                   {"Transpose", read_transpose},
                                   {"Unsqueeze", read_unsqueeze}};

std::string known_operators() {
  std::string text;
  for (const Operator& entry : kOperators) text.append(text.empty() ? "" : ", ").append(entry.op);
  return text;
}

}  // namespace

void read_node(Reading& reading, const onnx::NodeProto& proto) {
  const bool standard = proto.domain().empty() || proto.domain() == "ai.onnx";
  const auto found = std::find_if(std::begin(kOperators), std::end(kOperators),
                                  [&](const Operator& entry) { return entry.op == proto.op_type(); });
  if (!standard || found == std::end(kOperators)) {
    throw Error("expected an operator that libfer has a layer for: " + known_operators());
  }
  if (proto.output_size() < 1 || proto.output(0).empty()) throw Error("expected an output, found none");
  Node node(proto);
  found->read(reading, node);
  node.refuse_others();
}

}  // namespace fer::onnx_file
