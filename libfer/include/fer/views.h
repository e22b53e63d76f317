// In which views each picture is shown to a model, whose answer is the mean over them (test-time augmentation).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fer/export.h"

namespace FER_PUBLIC fer {

// What the mean over the views is taken of.
enum class ViewMean : uint8_t {
  kProbabilities,  // the arithmetic mean
  kLogits          // softmax of the mean logits: the geometric mean of the probabilities, scaled to a sum of 1
};

// By default one view: the whole picture, or, where a model stores a size to crop from (Preprocessing::resize,
// fer/model.h), the centre of it. What is asked for joins it:
//
//   corners  the four corner crops too, as torchvision's FiveCrop cuts them: only for models that store a size to crop
//            from
//   shifts   the picture moved by a pixel up, down, to the left and to the right, too; what is left empty at an edge
//            repeats the edge
//   dense    the whole picture at once, of the stored size: the same weights in the same network at a larger input
//            (with_input_size, fer/network.h). Alone it takes the centre's place; beside corners or shifts it is one
//            view more. Only for models that store a size to crop from, and whose network takes pictures of any size.
//   flip     the mirror image of each of these too
struct Views {
  bool flip = false, corners = false, shifts = false, dense = false;
  ViewMean mean = ViewMean::kProbabilities;
  bool operator==(const Views&) const = default;
};

// Reads "none", or names joined by "+": flip, five (corners), ten (corners and flip), shifts, dense. The mean is left
// at its default. Throws Error on anything else.
Views views_from_name(std::string_view name);
// The name in its shortest form: "none", "flip", "five", "ten", "ten+dense", "dense+flip".
std::string views_name(const Views& views);
// How often a picture is shown.
int64_t view_count(const Views& views);

}  // namespace fer
