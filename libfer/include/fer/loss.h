// Losses that training minimises.
#pragma once

#include "fer/export.h"

namespace FER_PUBLIC fer {

// The loss of one picture, without regularisation. t is its target, p the probabilities that the network gives.
enum class Loss {
  kCrossEntropy,          // -sum_k t_k log p_k; Keras's categorical and sparse categorical cross-entropy
  kSquaredHinge,          // mean_k max(0, 1 - (2 t_k - 1) y_k)^2 of the network's outputs y; Keras's squared_hinge
  kSymmetricCrossEntropy  // alpha * -sum_k t_k log p_k + beta * -sum_k p_k max(log t_k, log_zero)
};
const char* loss_name(Loss loss);  // "cross_entropy", "squared_hinge", "symmetric_cross_entropy"

// Symmetric cross-entropy, for labels of which some are wrong (Wang et al. 2019, arXiv 1908.06112). alpha and beta are
// the paper's for CIFAR-10. log_zero, below 0, is what the paper calls A and puts in place of log 0; here it is the
// least that any log t_k counts, so that soft targets have no jump.
struct SymmetricCrossEntropy {
  double alpha = 0.1, beta = 1;
  double log_zero = -4;
  bool operator==(const SymmetricCrossEntropy&) const = default;
};

}  // namespace fer
