// The running self-targets of a run's training pictures (fer/self_targets.h).
#pragma once

#include "train/step/row_table.h"
#include "train/step/run_inputs.h"

namespace fer::train {

class RunningTargets {
 public:
  // They begin as the labels or soft targets.
  RunningTargets(const RunInputs& inputs, int64_t classes, double decay);

  std::span<const float> operator[](int64_t row) const { return table_[row]; }
  // Takes an answer of the network about a row of the data set.
  void take(int64_t row, std::span<const float> probabilities);
  Tensor& tensor() { return table_.tensor(); }

 private:
  RowTable table_;
  double decay_;
};

}  // namespace fer::train
