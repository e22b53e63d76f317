// A model: a network, its weights, and what is needed to use it on pictures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "fer/class_names.h"
#include "fer/export.h"
#include "fer/network.h"
#include "fer/picture_size.h"
#include "fer/weights.h"

namespace FER_PUBLIC fer {

// By what pixels get mean 0 and standard deviation 1.
enum class Standardization : uint8_t {
  kNone,
  kDataset,  // those of all training pictures; scale and shift are made of them, and nothing else is done to a picture
  kPicture   // its own, as TensorFlow's per_image_standardization has it
};
constexpr const char* standardization_name(Standardization standardization) {
  constexpr const char* kNames[] = {"none", "dataset", "picture"};
  return kNames[static_cast<size_t>(standardization)];
}

// How 8-bit pixels become the network's input: x = (pixel * scale) + shift. The default divides by 255. In full, and in
// this order: the picture is fitted to a size; its histogram is equalised; the network's input is cut out of it;
// in training it is augmented; it is standardised by itself; it is scaled and shifted.
struct Preprocessing {
  float scale = 1.0f / 255.0f;
  float shift = 0.0f;
  // Where it is given, pictures are fitted to this size, at least the network's input, and the network sees the centre
  // of them, as torchvision's CenterCrop cuts it (docs/training.md); else they are fitted to the network's input.
  PictureSize resize = {};
  // Whether the histogram of the fitted picture is equalised (equalize_histogram, fer/image.h).
  bool equalize = false;
  // kPicture: what the network sees of a picture, in pixels of 0 to 255, becomes (pixel - mean) / max(deviation,
  // 1 / sqrt(n)), over its n values in all channels, before it is scaled and shifted.
  Standardization standardize = Standardization::kNone;
  bool operator==(const Preprocessing&) const = default;
};

// A convolution or dense layer that computes in 8-bit integers: its kernel holds whole multiples, -127 to 127, of the
// output channel's scale, and its input is rounded to 256 steps over [low, high].
struct Int8Layer {
  std::string layer;
  float low = 0, high = 0;
  std::vector<float> kernel_scale;  // [output channels]
  bool operator==(const Int8Layer&) const = default;
};

// What a picture is fitted to, [height, width, channels]: the network's input, or preprocessing.resize.
inline Shape picture_shape(const Network& network, const Preprocessing& preprocessing) {
  const PictureSize& size = preprocessing.resize;
  return size.given() ? Shape({size.height, size.width, network.input[2]}) : network.input;
}

struct Model {
  Network network;
  Weights weights;
  Preprocessing preprocessing;
  std::vector<Int8Layer> int8 = {};  // in the network's order; empty: all in floats (quantize_int8, fer/quantize.h)
  // Which classes of the data make each class of the network; empty: those of the same name. One emoji per class;
  // empty: those of default_emoji.
  std::vector<ClassRule> classes = {};
  std::vector<std::string> emoji = {};
  // Divides the logits before the softmax, wherever the model is asked: above 1 it makes answers less sure, below 1
  // surer, and the order of the classes stays (fitted_temperature, fer/evaluate.h). Of several views and models each
  // model's mean over its views is what it is applied to. Training does not use it, and a trained model has none.
  double temperature = 1;
  // How fer-train drew the pictures that were held out of training, where it drew them at random, for fer-eval: JSON.
  // Empty: nothing is known.
  std::string held_out = {};
};
inline Shape picture_shape(const Model& model) { return picture_shape(model.network, model.preprocessing); }

}  // namespace fer

// Code that has a model saves it or has loaded it.
#include "fer/model_file.h"
