#include "train/step/penalty.h"

#include <cmath>

#include "kernels/values/elementwise.h"

namespace fer::train {

double regularization_penalty(const ParameterLayout& layout, std::span<const float> weights) {
  double penalty = 0;
  for (const Parameter& p : layout.parameters) {
    if (!p.trainable) continue;
    const std::span<const float> w = weights.subspan(p.offset, p.shape.elements());
    if (p.regularizer.l2 != 0) penalty += p.regularizer.l2 * kernels::sum_of_squares(w);
    if (p.regularizer.l1 == 0) continue;
    double sum = 0;
    for (float value : w) sum += std::abs(static_cast<double>(value));
    penalty += p.regularizer.l1 * sum;
  }
  return penalty;
}

}  // namespace fer::train
