// What --standardize makes of a new model's preprocessing.
#include <fmt/format.h>

#include "data/pixel_moments.h"
#include "fer/error.h"
#include "fer/trainer.h"
#include "train/config/input_size.h"

namespace fer {

void use_standardization(Model& model, const TrainConfig& config, const Dataset& data, std::span<const int64_t> train) {
  Preprocessing& preprocessing = model.preprocessing;
  preprocessing.standardize = config.preprocessing.standardize;
  if (preprocessing.standardize == Standardization::kNone) return;
  if (train.empty()) throw Error("standardize: expected at least one training picture, found none");
  if (data.has_values()) throw Error("standardize: expected pictures, found landmarks");
  preprocessing.scale = 1;
  preprocessing.shift = 0;
  if (preprocessing.standardize == Standardization::kPicture) return;
  const Shape shape = picture_shape(model.network, train::preprocessing_for(model, config.augmentation, data));
  const data::PixelMoments moments =
      data::pixel_moments(data, train, {shape[0], shape[1], shape[2]}, preprocessing.equalize);
  if (moments.deviation == 0) {
    throw Error(
        fmt::format("standardize: expected training pictures of more than one value, found {:g} alone", moments.mean));
  }
  preprocessing.scale = static_cast<float>(1 / moments.deviation);
  preprocessing.shift = static_cast<float>(-moments.mean / moments.deviation);
}

}  // namespace fer
