// The files of a training.
#pragma once

#include <string>
#include <vector>

#include "cascade/train/backgrounds.h"
#include "fer/cascade_trainer.h"

namespace fer::cascade {

// What a folder already has: stages one after another from the first on (nodes hold indices of all features), and where
// each one's search of the backgrounds ended (fewer where another program made them).
struct TrainedSoFar {
  std::vector<CascadeStage> stages;
  std::vector<BackgroundPlace> places;
};

// Throws Error where the folder is of a training with other settings, or a file is none that belongs there.
TrainedSoFar read_training(const std::string& folder, const CascadeTraining& training,
                           const std::vector<HaarFeature>& features);
void write_parameters(const std::string& folder, const CascadeTraining& training);
// The last stage, and the places before it.
void write_stage(const std::string& folder, const TrainedSoFar& so_far);
// With the features alone that are used, in their order.
Cascade final_cascade(const CascadeTraining& training, const std::vector<HaarFeature>& features,
                      const std::vector<CascadeStage>& stages);

}  // namespace fer::cascade
