// Functions that a file computes in several nodes, since its opset has no operator for them.
#pragma once

#include "onnx/file/external.h"
#include "onnx/file/schema.h"

namespace fer::onnx_file {

// Puts one node in the place of the last of those that compute
//   x * (1 + erf(x / sqrt(2))) / 2                             Gelu
//   x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))) / 2    Gelu with tanh
//   x * tanh(softplus(x))                                      Mish
// with Add, Sub, Mul, Div and Pow in whatever order. The others stay, and are not needed any more unless something else
// takes what they give. Numbers may be off by 0.05 %, as they are in files of 16 bits.
void join_functions(onnx::GraphProto& graph, ExternalData& external);

}  // namespace fer::onnx_file
