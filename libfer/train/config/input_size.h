// A crop in the configuration: the network's input, and what pictures are fitted to before it is cut out of them.
#pragma once

#include "fer/augmentation.h"
#include "fer/dataset.h"
#include "fer/model.h"

namespace fer::train {

// Throws Error where the crop's size is not that of the model's input.
void check_crop(const Model& model, const Augmentation& augmentation);

// The model's preprocessing, for training on these data: with a crop, pictures keep the data set's size where the model
// does not say another. Throws Error where that is smaller than the network's input.
Preprocessing preprocessing_for(const Model& model, const Augmentation& augmentation, const Dataset& data);

}  // namespace fer::train
