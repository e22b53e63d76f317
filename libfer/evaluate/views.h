// The views in which one picture is shown to a model, whose answer is the mean over them.
#pragma once

#include <cstdint>
#include <span>

#include "fer/tensor.h"

namespace fer::evaluation {

// Crops would be further values, with their rectangles in `show`.
enum class View : uint8_t { kWhole, kMirrored };

// The whole picture, and with `flip` its mirror image.
std::span<const View> views_of(bool flip);

// Turns whole pictures [n, height, width, channels] (shape: [height, width, channels]) into a view of them, in place.
void show(View view, const Shape& shape, std::span<uint8_t> pictures);

// sum += answers, and what makes a mean of a sum over `views` answers.
void add_answers(std::span<const float> answers, std::span<float> sum);
void take_mean(size_t views, std::span<float> sum);

}  // namespace fer::evaluation
