// A crop in the configuration: the network's input, and what pictures are fitted to before it is cut out of them.
#pragma once

#include "fer/augmentation.h"
#include "fer/dataset.h"
#include "fer/model.h"

namespace fer::train {

// Gives a model's network the size of the crop, where there is one, as its input. Throws Error where the network's
// weights would be others.
void use_crop(Model& model, const Augmentation& augmentation);

// The model's preprocessing, for training on these data: with a crop, pictures keep the data set's size where the model
// does not say another. Throws Error where that is smaller than the network's input.
Preprocessing preprocessing_for(const Model& model, const Augmentation& augmentation, const Dataset& data);

}  // namespace fer::train
