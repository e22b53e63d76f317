// Losses that training minimises.
#pragma once

#include "fer/export.h"

namespace FER_PUBLIC fer {

// The loss of one picture, without regularisation. t is its target, p the probabilities that the network gives.
enum class Loss {
  kCrossEntropy,  // -sum_k t_k log p_k; Keras's categorical and sparse categorical cross-entropy
  kSquaredHinge   // mean_k max(0, 1 - (2 t_k - 1) y_k)^2 of the network's outputs y; Keras's squared_hinge
};
const char* loss_name(Loss loss);  // "cross_entropy", "squared_hinge"

}  // namespace fer
