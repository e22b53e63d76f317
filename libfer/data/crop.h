// Which part of a picture a network sees: all of it, its centre, or a part drawn for training.
#pragma once

#include <cstdint>

#include "core/random.h"
#include "fer/augmentation.h"

namespace fer::data {

struct PictureShape {
  int64_t height = 0, width = 0, channels = 1;
  bool operator==(const PictureShape&) const = default;
};

// The part of a picture that the new picture shows, scaled to out_height x out_width. height 0: the whole picture, in
// its own size.
struct Crop {
  int64_t top = 0, left = 0, height = 0, width = 0;
  int64_t out_height = 0, out_width = 0;
  bool scales() const { return height != out_height || width != out_width; }
  bool operator==(const Crop&) const = default;
};

// The middle of a picture, as torchvision's CenterCrop cuts it: begins at (picture - out) / 2, a half rounded to even.
Crop centre_crop(const PictureShape& picture, const PictureShape& out);

// All of a picture, in its own size.
Crop whole_picture(const PictureShape& picture);

// A part of the size of `out`, at a place drawn uniformly. Draws from block 2 of the stream.
Crop draw_crop(const PictureShape& picture, const PictureShape& out, const RandomStream& stream);

// A part of drawn area and aspect ratio that is scaled to `out`. Where ten draws in a row do not fit into the picture,
// the largest centred part of an allowed aspect ratio. Draws from blocks 16 to 25 of the stream.
Crop draw_resized_crop(const Augmentation& ranges, const PictureShape& picture, const PictureShape& out,
                       const RandomStream& stream);

}  // namespace fer::data
