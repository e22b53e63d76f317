// Random changes to training pictures.
#pragma once

#include <cstdint>
#include <span>

#include "fer/dataset.h"

namespace fer {

// What may happen to a picture, each drawn evenly from its range: shift is a share of height and width (both ways),
// rotation an angle (both ways), zoom a scale of 1 - zoom to 1 + zoom.
struct AugmentParams {
  bool horizontal_flip = false;
  double shift = 0;
  double rotation_deg = 0;
  double zoom = 0;
  bool any() const { return horizontal_flip || shift > 0 || rotation_deg > 0 || zoom > 0; }
};

struct PictureShape {
  int64_t height = 0, width = 0, channels = 1;
};

// One drawn change: about the picture's centre the picture is first flipped, then scaled, then turned (clockwise as
// seen, y pointing down), then moved by dy rows and dx columns.
struct Change {
  bool flip = false;
  double dy = 0, dx = 0;
  double angle_rad = 0;
  double scale = 1;
  bool copies_pixels() const { return dy == 0 && dx == 0 && angle_rad == 0 && scale == 1; }
};

// Which picture, when: `row` is its number in the data set.
struct ChangeKey {
  uint64_t seed = 0;
  int64_t epoch = 0, row = 0;
};

// A pure function of its arguments.
Change draw_change(const AugmentParams& params, const PictureShape& shape, const ChangeKey& key);

// out[h,w,c] = the changed picture, in units of its bytes: one bilinear resampling, nearest cells beyond the border. A
// flip or no change at all copies the pixels exactly. out must not overlap picture.
void change_picture(const PictureShape& shape, const Change& change, std::span<const uint8_t> picture,
                    std::span<float> out);

}  // namespace fer
