// Random changes to training pictures.
#pragma once

#include "fer/export.h"

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
  bool any() const {
    return horizontal_flip || width_shift > 0 || height_shift > 0 || rotation_deg > 0 || shear_deg > 0 || zoom > 0;
  }
};

}  // namespace fer
