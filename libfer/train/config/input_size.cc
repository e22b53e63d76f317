#include "train/config/input_size.h"

#include <fmt/format.h>

#include "fer/error.h"
#include "fer/trainer.h"

namespace fer::train {
namespace {

std::string text_of(const PictureSize& size) { return fmt::format("{}x{}", size.height, size.width); }

PictureSize input_size(const Network& network) { return {network.input[0], network.input[1]}; }

}  // namespace

void use_crop(Model& model, const Augmentation& augmentation) {
  const PictureSize& crop = augmentation.crop;
  if (!crop.given() || crop == input_size(model.network)) return;
  try {
    model.network = with_input_size(model.network, crop);
  } catch (const Error& error) {
    throw Error(fmt::format("crop: expected {}, the input of the model's network, found {}: {}",
                            text_of(input_size(model.network)), text_of(crop), error.what()));
  }
}

Preprocessing preprocessing_for(const Model& model, const Augmentation& augmentation, const Dataset& data) {
  Preprocessing preprocessing = model.preprocessing;
  PictureSize& resize = preprocessing.resize;
  if (data.has_values()) {  // landmarks
    resize = {};
    return preprocessing;
  }
  if (augmentation.crop.given() && !resize.given()) resize = {data.height, data.width};
  if (!resize.given()) return preprocessing;
  const PictureSize input = input_size(model.network);
  if (resize.height < input.height || resize.width < input.width) {
    throw Error(fmt::format("crop: expected pictures of at least {}, the network's input, to cut it out of, found {}",
                            text_of(input), text_of(resize)));
  }
  if (resize == input) resize = {};  // all of the picture
  return preprocessing;
}

}  // namespace fer::train

namespace fer {

void use_crop(Network& network, const Augmentation& augmentation) {
  const PictureSize& crop = augmentation.crop;
  const bool usable = crop.height > 0 && crop.width > 0;  // the check of the configuration refuses others by name
  if (usable && network.input.rank() == 3) network.input = Shape({crop.height, crop.width, network.input[2]});
}

}  // namespace fer
