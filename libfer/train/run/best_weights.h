// The best weights so far: in a model file where the run has a folder, else in memory.
#pragma once

#include <string>

#include "fer/model.h"

namespace fer::train {

class BestWeights {
 public:
  // path empty: in memory. here false: nothing is kept or restored, since another rank of the run does.
  explicit BestWeights(std::string path, bool here = true) : path_(std::move(path)), here_(here) {}

  // Keeps a copy of `values` (laid out as model.weights). model is as it was afterwards; its own values are swapped out
  // while a file is written, so that no second copy is needed.
  void keep(Model& model, Tensor& values);
  // Replaces the model's weights by the kept ones. Throws Error when the file is gone or of another network.
  void restore(Model& model) const;

 private:
  std::string path_;
  bool here_;
  Tensor in_memory_;
};

}  // namespace fer::train
