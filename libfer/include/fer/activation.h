// The activation functions.
#pragma once

namespace fer {

// f(x) by element, but softmax, which runs over the last axis.
//   leaky_relu  x > 0 ? x : alpha * x                 (default alpha 0.3, as in Keras 2; PyTorch uses 0.01)
//   elu         x > 0 ? x : alpha * (exp(x) - 1)      (default alpha 1)
//   silu        x * sigmoid(x)
enum class Activation { kLinear, kRelu, kLeakyRelu, kElu, kSilu, kTanh, kSigmoid, kSoftmax };

}  // namespace fer
