// The activation functions.
#pragma once

#include "fer/export.h"

namespace FER_PUBLIC fer {

// Each is a function of one element, except softmax, which runs over the last axis.
//   leaky_relu    x > 0 ? x : alpha * x                 (default alpha 0.3, as in Keras 2; PyTorch uses 0.01)
//   elu           x > 0 ? x : alpha * (exp(x) - 1)      (default alpha 1)
//   selu          1.050701 * (x > 0 ? x : 1.673263 * (exp(x) - 1))           Klambauer et al. 2017
//   silu          x * sigmoid(x)
//   gelu          x * (1 + erf(x / sqrt(2))) / 2                             Hendrycks, Gimpel 2016
//   gelu_tanh     x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))) / 2    the same paper: near gelu
//   mish          x * tanh(log(1 + exp(x)))                                  Misra 2019
//   relu6         min(max(x, 0), 6)                                          Howard et al. 2017
//   hard_sigmoid  min(max(alpha * x + 1/2, 0), 1)     (default alpha 1/6: relu6(x + 3) / 6, as in Keras 3 and PyTorch;
//                                                     Keras 2 has 0.2)
//   hard_swish    x * relu6(x + 3) / 6                                       Howard et al. 2019
enum class Activation {
  kLinear,
  kRelu,
  kLeakyRelu,
  kElu,
  kSelu,
  kSilu,
  kGelu,
  kGeluTanh,
  kMish,
  kTanh,
  kSigmoid,
  kRelu6,
  kHardSigmoid,
  kHardSwish,
  kSoftmax
};

}  // namespace fer
