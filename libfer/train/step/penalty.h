// The part of a loss that regularisers make.
#pragma once

#include <span>

#include "fer/model.h"

namespace fer::train {

// l1 * sum |w| + l2 * sum w^2 over the trainable parameters that have a regulariser, in a fixed order.
double regularization_penalty(const ParameterLayout& layout, std::span<const float> weights);

}  // namespace fer::train
