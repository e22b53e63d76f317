// Random changes to training pictures.
#pragma once

#include "fer/export.h"
#include "fer/picture_size.h"

namespace FER_PUBLIC fer {

// What fills the parts of an augmented picture that lie outside the original one (letters are the pixels of a row
// abcd):
enum class Fill {
  kNearest,   // aaaa|abcd|dddd
  kConstant,  // kkkk|abcd|kkkk
  kReflect,   // dcba|abcd|dcba
  kWrap       // abcd|abcd|abcd
};
const char* fill_name(Fill fill);  // "nearest", "constant", "reflect", "wrap"

// What random erasing puts in the place of what was there.
enum class ErasingFill {
  kMean,     // the mean of the picture, of each channel its own
  kRandom,   // values of 0 to 255, each drawn anew
  kConstant  // one value
};
const char* erasing_fill_name(ErasingFill fill);  // "mean", "random", "constant"

// The numbers from low to high.
struct Interval {
  double low = 0, high = 0;
  bool operator==(const Interval&) const = default;
};

// Random changes to training pictures, as Keras's ImageDataGenerator makes them. Each is drawn uniformly from its
// range, in both directions, anew in every pass over the data, and all are applied in one resampling
// (docs/training.md). The result is a pure function of seed, pass and picture.
struct Augmentation {
  bool horizontal_flip = false;  // half of the pictures
  double width_shift = 0;        // up to this fraction of the width
  double height_shift = 0;       // up to this fraction of the height
  double rotation_deg = 0;       // up to this angle
  double shear_deg = 0;          // up to this angle
  double zoom = 0;               // height and width each by a factor in [1 - zoom, 1 + zoom]
  Fill fill = Fill::kNearest;
  double fill_value = 0;  // the pixel value for kConstant, 0 to 255
  // Every picture is mirrored in every other pass over the data, beginning with the first for half of the pictures.
  bool alternating_flip = false;
  // Where it is given, the network's input is cut out of the picture without scaling, at a place drawn anew, as
  // torchvision's RandomCrop does; whoever asks the model gets the centre (Preprocessing::resize).
  PictureSize crop = {};
  // A part of the picture, of an area and an aspect ratio drawn from the intervals below, is scaled to the network's
  // input, as torchvision's RandomResizedCrop does; it takes the place of the random crop.
  bool random_resized_crop = false;
  Interval crop_scale = {0.08, 1};           // the part's area, as a fraction of the picture's
  Interval crop_ratio = {3.0 / 4, 4.0 / 3};  // width / height; drawn so that its logarithm is uniform
  // Light, as torchvision's ColorJitter changes it: the picture times a factor, and its contrast about its mean times a
  // factor, each from 1 - x (not below 0) to 1 + x, in random order, clipped to 0 to 255.
  double brightness = 0, contrast = 0;
  double jitter_probability = 1;  // of a picture to have its light changed
  // torchvision's RandomErasing: the probability of a picture to lose a rectangle.
  double erasing = 0;
  Interval erasing_scale = {0.02, 0.33};  // the rectangle's area, as a fraction of the picture's
  Interval erasing_ratio = {0.3, 3.3};    // height / width; drawn so that its logarithm is uniform
  ErasingFill erasing_fill = ErasingFill::kMean;
  double erasing_value = 0;  // the pixel value for kConstant, 0 to 255
  bool any() const {
    return horizontal_flip || alternating_flip || width_shift > 0 || height_shift > 0 || rotation_deg > 0 ||
           shear_deg > 0 || zoom > 0 || crop.given() || random_resized_crop || brightness > 0 || contrast > 0 ||
           erasing > 0;
  }
};

// Pictures joined with the one before them in their batch (the first with the last), and their targets in the same
// shares. MixUp blends the two; CutMix puts a rectangle of the other in. Each picture has a share of its own, drawn
// from Beta(alpha, alpha), a pure function of seed, pass and picture; the words are timm's, whose mode "elem" this is.
struct Mixing {
  double mixup = 0, cutmix = 0;     // alpha; 0: none
  double probability = 1;           // of a picture to be joined with another
  double cutmix_probability = 0.5;  // of CutMix, where both are on
  bool any() const { return (mixup > 0 || cutmix > 0) && probability > 0; }
};

}  // namespace fer
