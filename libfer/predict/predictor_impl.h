// What a Predictor holds: the model, prepared, and the workspaces that calls borrow.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "evaluate/viewed_model.h"
#include "fer/predictor.h"
#include "predict/workspaces.h"

namespace fer {

struct Predictor::Impl {
  Impl(Model given, const Views& views);

  // The number of pictures; throws Error where the counts do not fit.
  int64_t batch_of(size_t inputs, size_t outputs) const;
  // Asks about [n, input] of pixels or preprocessed floats in pieces.
  template <class Value>
  void run(std::span<const Value> values, std::span<float> probabilities);

  Model model;
  std::vector<std::string> emoji;
  evaluation::ViewedModel viewed;
  predict::Workspaces workspaces;
};

}  // namespace fer
