// The gradient of a class's score by the values of a layer.
#pragma once

#include <span>
#include <vector>

#include "explain/derived.h"
#include "fer/tensor.h"

namespace fer::explain {

struct ScoreGradient {
  double score = 0;
  std::vector<float> gradient;  // by each of the layer's values
};

// input: preprocessed, of the network's input size. `index`: of a class, below their number. May be called from many
// threads at once.
ScoreGradient score_gradient(const Probed& probed, std::span<const float> input, int index);

}  // namespace fer::explain
