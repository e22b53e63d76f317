// What the small batches of one round gave besides their gradients, exchanged between the ranks that computed them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "fer/exchange.h"

namespace fer::train {

struct BatchResult {
  double loss_sum = 0;  // weighted, summed over the batch
  double penalty = 0;   // of the first batch of a step; else 0
  int64_t correct = 0;
  std::span<const float> moments = {};        // of batch norms
  std::span<const float> probabilities = {};  // [n, classes] where there are self-targets; else empty
};

class RoundResults {
 public:
  // Exchanges `own`, which counts on the ranks below probabilities.size(): those that have a batch in this round.
  // moments: the number of every batch's; probabilities: that of each.
  RoundResults(Exchange& exchange, const BatchResult& own, size_t moments, std::span<const size_t> probabilities);

  // What a rank gave; lives as long as this.
  const BatchResult& operator[](size_t rank) const { return results_[rank]; }

 private:
  std::vector<std::vector<std::byte>> packed_;  // of every rank that has a batch
  std::vector<BatchResult> results_;
};

}  // namespace fer::train
