// The figures of the validation rows at the end of an epoch.
#pragma once

#include <functional>
#include <optional>
#include <span>

#include "fer/model.h"
#include "fer/trainer.h"
#include "train/step/run_inputs.h"

namespace fer::train {

struct ValidationResult {
  double loss = 0;      // mean over the rows, plus the regularisation; smoothed as in training, no class weights
  double accuracy = 0;  // share of the rows whose class is found
  double calibrated_loss = 0, temperature = 1;  // EpochResult says what they are
};

// Returns the figures of inputs.validation, or of its first config.validation_steps batches, in inference mode. weights
// are laid out as the model's, whose own are not read. should_stop is asked after every batch; when it says so, nothing
// is returned.
std::optional<ValidationResult> validate(const Model& model, std::span<const float> weights,
                                         const ParameterLayout& trained, const TrainConfig& config,
                                         const RunInputs& inputs, const std::function<bool()>& should_stop);

}  // namespace fer::train
