// The activation functions.
#pragma once

#include "fer/export.h"

namespace FER_PUBLIC fer {

// Each is a function of one element, except softmax, which runs over the last axis.
//   leaky_relu    x > 0 ? x : alpha * x                 (default alpha 0.3, as in Keras 2; PyTorch uses 0.01)
//   elu           x > 0 ? x : alpha * (exp(x) - 1)      (default alpha 1)
//   silu          x * sigmoid(x)
//   relu6         min(max(x, 0), 6)                   Howard et al. 2017
//   hard_sigmoid  relu6(x + 3) / 6                    as in Keras 3 and PyTorch; Keras 2's was 0.2 * x + 0.5, cut
//   hard_swish    x * hard_sigmoid(x)                 Howard et al. 2019
enum class Activation {
  kLinear,
  kRelu,
  kLeakyRelu,
  kElu,
  kSilu,
  kTanh,
  kSigmoid,
  kRelu6,
  kHardSigmoid,
  kHardSwish,
  kSoftmax
};

}  // namespace fer
