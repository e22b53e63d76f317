// Models of files that are asked as one.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fer/ensemble.h"
#include "fer/predictor.h"

namespace fer::cli {

class Ensemble {
 public:
  // flip: of every picture, the mean over it and its mirror image. Throws Error as read_models does (model_files.h).
  Ensemble(std::span<const std::string> paths, EnsembleRule rule, bool flip);

  const Predictor& first() const { return members_[0]; }

  // Probabilities of a batch of pictures, [pictures, classes].
  std::vector<float> predict(std::span<const uint8_t> pictures) const;
  // The same of landmarks as the networks take them. Throws Error with flip.
  std::vector<float> predict(std::span<const float> landmarks) const;

 private:
  template <class Value>
  std::vector<float> ask(const Predictor& member, std::span<const Value> batch) const;

  std::vector<Predictor> members_;
  EnsembleRule rule_;
  bool flip_;
};

}  // namespace fer::cli
