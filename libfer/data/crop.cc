#include "data/crop.h"

#include <cmath>

#include "core/assert.h"
#include "data/draws.h"

namespace fer::data {
namespace {

// std::nearbyint rounds a half to even, as Python's round does.
int64_t rounded(double value) { return static_cast<int64_t>(std::nearbyint(value)); }

// The largest centred part of an allowed aspect ratio.
Crop fallback(const Interval& ratio, const PictureShape& picture) {
  const double own = static_cast<double>(picture.width) / static_cast<double>(picture.height);
  Crop crop = {.height = picture.height, .width = picture.width};
  if (own < ratio.low) crop.height = rounded(static_cast<double>(picture.width) / ratio.low);
  if (own > ratio.high) crop.width = rounded(static_cast<double>(picture.height) * ratio.high);
  crop.top = (picture.height - crop.height) / 2;
  crop.left = (picture.width - crop.width) / 2;
  return crop;
}

Crop draw_part(const Augmentation& ranges, const PictureShape& picture, const RandomStream& stream) {
  constexpr uint64_t kFirstBlock = 16, kAttempts = 10;
  const double area = static_cast<double>(picture.height * picture.width);
  for (uint64_t attempt = 0; attempt < kAttempts; ++attempt) {
    const auto words = random_block(stream, kFirstBlock + attempt);
    const auto [width, height] = draw_sides(area, ranges.crop_scale, ranges.crop_ratio, words);
    if (height < 1 || width < 1 || height > picture.height || width > picture.width) continue;
    return {.top = whole_below(picture.height - height + 1, words[2]),
            .left = whole_below(picture.width - width + 1, words[3]),
            .height = height,
            .width = width};
  }
  return fallback(ranges.crop_ratio, picture);
}

}  // namespace

Crop centre_crop(const PictureShape& picture, const PictureShape& out) {
  FER_ASSERT(picture.height >= out.height && picture.width >= out.width);
  return {.top = rounded(0.5 * static_cast<double>(picture.height - out.height)),
          .left = rounded(0.5 * static_cast<double>(picture.width - out.width)),
          .height = out.height,
          .width = out.width,
          .out_height = out.height,
          .out_width = out.width};
}

Crop whole_picture(const PictureShape& picture) { return centre_crop(picture, picture); }

Crop draw_crop(const PictureShape& picture, const PictureShape& out, const RandomStream& stream) {
  const auto words = random_block(stream, 2);
  Crop crop = centre_crop(picture, out);
  crop.top = whole_below(picture.height - out.height + 1, words[0]);
  crop.left = whole_below(picture.width - out.width + 1, words[1]);
  return crop;
}

Crop draw_resized_crop(const Augmentation& ranges, const PictureShape& picture, const PictureShape& out,
                       const RandomStream& stream) {
  Crop crop = draw_part(ranges, picture, stream);
  crop.out_height = out.height;
  crop.out_width = out.width;
  return crop;
}

}  // namespace fer::data
