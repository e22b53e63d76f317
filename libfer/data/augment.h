// Random changes to training pictures (fer/augmentation.h), drawn and made.
#pragma once

#include <cstdint>
#include <span>

#include "core/random.h"
#include "data/crop.h"
#include "fer/augmentation.h"

namespace fer::data {

// One drawn change, in the terms of Keras's apply_affine_transform: it says where the cells of the new picture come
// from. With (v, u) the distance in rows and columns of a cell of the new picture from its centre, the old picture is
// read at its centre plus
//   R T S Z (v, u),  Z = diag(zoom_y, zoom_x),  S = [1 -sin(shear); 0 cos(shear)],  T adds (dy, dx),
//   R = [cos(angle) -sin(angle); sin(angle) cos(angle)]
// so that a zoom below 1 magnifies. Where flip is set u is mirrored first, which mirrors the new picture. The crop is
// taken of the picture that comes out of all this, in the same resampling.
struct Change {
  bool flip = false;
  double dy = 0, dx = 0;
  double angle_rad = 0, shear_rad = 0;
  double zoom_y = 1, zoom_x = 1;
  Crop crop = {};
  bool copies_pixels() const {
    return !crop.scales() && dy == 0 && dx == 0 && angle_rad == 0 && shear_rad == 0 && zoom_y == 1 && zoom_x == 1;
  }
};

// Which picture, and in which pass: `row` is its number in the data set.
struct ChangeKey {
  uint64_t seed = 0;
  int64_t pass = 0, row = 0;
};

// The random numbers of a picture in a pass.
RandomStream stream_of(const ChangeKey& key);

// Draws a change; a pure function of its arguments. With `out`, the new picture has that size: it is the crop that
// `ranges` asks for, or the centre.
Change draw_change(const Augmentation& ranges, const PictureShape& shape, const ChangeKey& key);
Change draw_change(const Augmentation& ranges, const PictureShape& shape, const PictureShape& out,
                   const ChangeKey& key);

// What fills the parts outside the old picture.
struct Outside {
  Fill fill = Fill::kNearest;
  float value = 0;  // the pixel value for kConstant
};

// out[h,w,c] = the changed picture, in units of its bytes: one bilinear resampling. Cells outside the old picture are
// those of `outside`; kConstant takes the value alone wherever the centres of cells do not reach, as scipy does. Flips
// and crops without scaling copy the pixels exactly. out must not overlap picture. `shape` is the old picture's; the
// new one's is change.crop's.
void change_picture(const PictureShape& shape, const Change& change, const Outside& outside,
                    std::span<const uint8_t> picture, std::span<float> out);

}  // namespace fer::data
