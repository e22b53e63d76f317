// The operators that libfer has layers for.
#pragma once

#include "onnx/read/reading.h"

namespace fer::onnx_file {

// Reads one node through the table of operators. Throws Error on an operator that is not in it, and on whatever of the
// node has no counterpart in libfer.
void read_node(Reading& reading, const onnx::NodeProto& proto);

// Throws the first of these.
void refuse_unknown(const onnx::NodeProto& proto);

// For each operator: what a node of it adds to the reading.
void read_conv(Reading& r, Node& node);
void read_gemm(Reading& r, Node& node);
void read_matmul(Reading& r, Node& node);
void read_batch_normalization(Reading& r, Node& node);
void read_prelu(Reading& r, Node& node);

void read_max_pool(Reading& r, Node& node);
void read_average_pool(Reading& r, Node& node);
void read_global_average_pool(Reading& r, Node& node);
void read_global_max_pool(Reading& r, Node& node);
void read_reduce_mean(Reading& r, Node& node);

void read_add(Reading& r, Node& node);
void read_sub(Reading& r, Node& node);
void read_mul(Reading& r, Node& node);
void read_div(Reading& r, Node& node);
void read_sum(Reading& r, Node& node);
void read_expand(Reading& r, Node& node);

void read_activation(Reading& r, Node& node);
void read_selu(Reading& r, Node& node);
void read_gelu(Reading& r, Node& node);
void read_runtime_gelu(Reading& r, Node& node);  // these three are ONNX Runtime's
void read_fast_gelu(Reading& r, Node& node);
void read_quick_gelu(Reading& r, Node& node);
void refuse_erf(Reading& r, Node& node);
void refuse_softplus(Reading& r, Node& node);
void read_clip(Reading& r, Node& node);
void read_hard_sigmoid(Reading& r, Node& node);
void read_softmax(Reading& r, Node& node);
void read_log_softmax(Reading& r, Node& node);

void read_constant(Reading& r, Node& node);
void read_same(Reading& r, Node& node);
void read_cast(Reading& r, Node& node);
void read_dropout(Reading& r, Node& node);

void read_transpose(Reading& r, Node& node);
void read_flatten(Reading& r, Node& node);
void read_reshape(Reading& r, Node& node);
void read_squeeze(Reading& r, Node& node);
void read_unsqueeze(Reading& r, Node& node);
void read_shape(Reading& r, Node& node);

void read_pad(Reading& r, Node& node);
void read_resize(Reading& r, Node& node);
void read_upsample(Reading& r, Node& node);
void read_concat(Reading& r, Node& node);
void read_slice(Reading& r, Node& node);

// In fold_constants.cc: the constant that a node computes whose inputs are all constants.
void fold_add(Reading& r, Node& node);
void fold_cast(Reading& r, Node& node);
void fold_concat(Reading& r, Node& node);
void fold_constant_of_shape(Reading& r, Node& node);
void fold_div(Reading& r, Node& node);
void fold_flatten(Reading& r, Node& node);
void fold_gather(Reading& r, Node& node);
void fold_mul(Reading& r, Node& node);
void fold_reshape(Reading& r, Node& node);
void fold_same(Reading& r, Node& node);
void fold_shape(Reading& r, Node& node);
void fold_slice(Reading& r, Node& node);
void fold_squeeze(Reading& r, Node& node);
void fold_sub(Reading& r, Node& node);
void fold_transpose(Reading& r, Node& node);
void fold_unsqueeze(Reading& r, Node& node);

// Floats of any width: what a file computes in 16 or 64 bits, libfer does in 32.
bool is_type_of_floats(int64_t type);

// Adds a batch norm of mean 0 that scales and shifts each channel by `channel` of its number.
Value add_affine(Reading& r, const Node& node, const Value& x, const std::function<Preprocessing(int64_t)>& channel);

// Gives what a Shape node with attributes `start` and `end` takes of all extents.
void give_shape(Reading& r, Node& node, Dims dims);

}  // namespace fer::onnx_file
