// Random erasing (Zhong et al. 2017, "Random Erasing Data Augmentation"), as torchvision's RandomErasing does it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/random.h"
#include "data/crop.h"

namespace fer::data {

struct Rectangle {
  int64_t top = 0, left = 0, height = 0, width = 0;
  bool operator==(const Rectangle&) const = default;
};

// Draws whether a picture of this shape is erased, and where: a rectangle that is smaller than it in both directions,
// of drawn area and height / width; nothing where ten draws in a row are too large. Draws from block 4 and blocks 32 to
// 41 of the stream.
std::optional<Rectangle> draw_erasing(const Augmentation& ranges, const PictureShape& shape,
                                      const RandomStream& stream);

// Overwrites the rectangle of a picture, in units of its bytes, as ranges.erasing_fill says. Random values are drawn
// from block 64 of the stream on.
void erase(const Augmentation& ranges, const Rectangle& rectangle, const PictureShape& shape,
           const RandomStream& stream, std::span<float> picture);

}  // namespace fer::data
