#include "onnx/read/operators.h"

#include <algorithm>
#include <span>

#include "fer/error.h"
#include "network/json_text.h"

namespace fer::onnx_file {
namespace {

using Read = void (*)(Reading&, Node&);

struct Operator {
  const char* op;
  Read read;  // null where libfer only knows it of constants
  Read fold;  // of constants alone; null where there is nothing of the kind
};

constexpr Operator kOperators[] = {{"Add", read_add, fold_add},
                                   {"AveragePool", read_average_pool, nullptr},
                                   {"BatchNormalization", read_batch_normalization, nullptr},
                                   {"Cast", read_cast, fold_cast},
                                   {"Clip", read_clip, nullptr},
                                   {"Concat", read_concat, fold_concat},
                                   {"Constant", read_constant, nullptr},
                                   {"ConstantOfShape", nullptr, fold_constant_of_shape},
                                   {"Conv", read_conv, nullptr},
                                   {"Div", read_div, fold_div},
                                   {"Dropout", read_dropout, nullptr},
                                   {"Elu", read_activation, nullptr},
                                   {"Erf", refuse_erf, nullptr},
                                   {"Expand", read_expand, nullptr},
                                   {"Flatten", read_flatten, fold_flatten},
                                   {"Gather", nullptr, fold_gather},
                                   {"Gelu", read_gelu, nullptr},
                                   {"Gemm", read_gemm, nullptr},
                                   {"GlobalAveragePool", read_global_average_pool, nullptr},
                                   {"GlobalMaxPool", read_global_max_pool, nullptr},
                                   {"HardSigmoid", read_hard_sigmoid, nullptr},
                                   {"HardSwish", read_activation, nullptr},
                                   {"Identity", read_same, fold_same},
                                   {"LeakyRelu", read_activation, nullptr},
                                   {"LogSoftmax", read_log_softmax, nullptr},
                                   {"MatMul", read_matmul, nullptr},
                                   {"MaxPool", read_max_pool, nullptr},
                                   {"Mish", read_activation, nullptr},
                                   {"Mul", read_mul, fold_mul},
                                   {"Pad", read_pad, nullptr},
                                   {"PRelu", read_prelu, nullptr},
                                   {"ReduceMean", read_reduce_mean, nullptr},
                                   {"Relu", read_activation, nullptr},
                                   {"Reshape", read_reshape, fold_reshape},
                                   {"Resize", read_resize, nullptr},
                                   {"Selu", read_selu, nullptr},
                                   {"Shape", read_shape, fold_shape},
                                   {"Sigmoid", read_activation, nullptr},
                                   {"Slice", read_slice, fold_slice},
                                   {"Softmax", read_softmax, nullptr},
                                   {"Softplus", refuse_softplus, nullptr},
                                   {"Squeeze", read_squeeze, fold_squeeze},
                                   {"Sub", read_sub, fold_sub},
                                   {"Sum", read_sum, nullptr},
                                   {"Tanh", read_activation, nullptr},
                                   {"Transpose", read_transpose, fold_transpose},
                                   {"Unsqueeze", read_unsqueeze, fold_unsqueeze},
                                   {"Upsample", read_upsample, nullptr}};

// ONNX Runtime's own operators, as its optimised files have them.
constexpr const char* kRuntimeDomain = "com.microsoft";
constexpr Operator kRuntimeOperators[] = {{"FastGelu", read_fast_gelu, nullptr},
                                          {"Gelu", read_runtime_gelu, nullptr},
                                          {"QuickGelu", read_quick_gelu, nullptr}};

bool takes_constants_alone(const Reading& reading, const Node& node) {
  for (int i = 0; i < node.input_count(); ++i) {
    if (node.has_input(i) && !reading.is_constant(node, i)) return false;
  }
  return node.input_count() > 0;
}

// Null where there is none of that name.
const Operator* find_operator(std::span<const Operator> operators, const std::string& op) {
  const auto found =
      std::find_if(operators.begin(), operators.end(), [&](const Operator& entry) { return entry.op == op; });
  return found == operators.end() ? nullptr : &*found;
}

const Operator& operator_of(const onnx::NodeProto& proto) {
  const bool standard = proto.domain().empty() || proto.domain() == "ai.onnx";
  const bool runtime = proto.domain() == kRuntimeDomain;
  const Operator* found = standard  ? find_operator(kOperators, proto.op_type())
                          : runtime ? find_operator(kRuntimeOperators, proto.op_type())
                                    : nullptr;
  if (found != nullptr) return *found;
  throw Error("expected an operator that docs/onnx.md lists, found " + shown(proto.op_type()) +
              (standard ? "" : " of " + shown(proto.domain())) +
              (runtime ? ", which ONNX Runtime's optimisations put there: take the file as it was exported" : ""));
}

}  // namespace

void refuse_unknown(const onnx::NodeProto& proto) { operator_of(proto); }

void read_node(Reading& reading, const onnx::NodeProto& proto) {
  const Operator* found = &operator_of(proto);
  if (proto.output_size() < 1 || proto.output(0).empty()) throw Error("expected an output, found none");
  Node node(proto);
  const bool folds = found->read == nullptr || (found->fold != nullptr && takes_constants_alone(reading, node));
  (folds ? found->fold : found->read)(reading, node);
  node.refuse_others();
}

}  // namespace fer::onnx_file
