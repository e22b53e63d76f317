// What the small batches of a step learn from each other in the middle of a forward or backward pass.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace fer::engine {

struct StepSums {
  std::vector<int64_t> pictures;  // of every small batch of the step, in their order
  // own: numbers of the batches that go through the plan here, as many of each, one batch after another. Returns those
  // of all batches of the step, in their order. They live until the next call.
  std::function<std::span<const double>(std::span<const double> own)> gather;
};

}  // namespace fer::engine
