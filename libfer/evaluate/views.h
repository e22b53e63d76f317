// The views in which one picture is shown to a model (fer/views.h), one by one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/crop.h"
#include "fer/tensor.h"
#include "fer/views.h"

namespace fer::evaluation {

enum class Part : uint8_t { kCentre, kTopLeft, kTopRight, kBottomLeft, kBottomRight, kDense };

struct View {
  Part part = Part::kCentre;  // of the picture, after what follows
  int down = 0, right = 0;    // pixels by which the picture is moved
  bool mirrored = false;
  bool changes_picture() const { return down != 0 || right != 0 || mirrored; }
  bool operator==(const View&) const = default;
};

// The first is the centre or the dense view; mirror images come last.
std::vector<View> views_of(const Views& views);

// Turns one picture [height, width, channels] into a view of it, before its part is cut out. to may not overlap
// picture.
void show(const View& view, const Shape& shape, std::span<const uint8_t> picture, std::span<uint8_t> to);

// Where a part that is not dense lies in a picture. input and picture are [height, width, channels].
data::Crop crop_of(Part part, const Shape& picture, const Shape& input);

// Throws Error: landmarks have one view only.
void refuse_views_of_numbers(const Views& views);

}  // namespace fer::evaluation
