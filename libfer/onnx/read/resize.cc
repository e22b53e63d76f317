// Resize and Upsample: pictures of other sizes, and each channel's number over a picture.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "fer/error.h"
#include "network/json_text.h"
#include "network/limits.h"
#include "onnx/read/operators.h"

namespace fer::onnx_file {
namespace {

// [n, c, 1, 1] from a global pool, or a picture of one pixel.
bool is_pixel(const Value& x) {
  if (x.is_flat()) return x.rank == 4 && x.flattened.rank() == 0;
  return x.axes == Value::Axes::kChannelsFirst && x.shape[0] * x.shape[1] == 1;
}

// Of [1, 1, height, width].
void expect_picture_scales(const std::vector<float>& scales) {
  if (scales.size() == 4 && scales[0] == 1 && scales[1] == 1) return;
  throw Error(fmt::format("scales: expected [1, 1, height, width], found [{}]", fmt::join(scales, ", ")));
}

// How often each row and each column stands in the result.
Pair whole_scales(const std::vector<float>& scales) {
  expect_picture_scales(scales);
  for (const float scale : scales) {
    if (!(scale >= 1 && scale <= static_cast<float>(kMaxExtent)) || scale != std::floor(scale)) {
      throw Error(
          fmt::format("scales: expected whole numbers of 1 to {}, found [{}]", kMaxExtent, fmt::join(scales, ", ")));
    }
  }
  return {static_cast<int64_t>(scales[2]), static_cast<int64_t>(scales[3])};
}

std::vector<float> floats_of(const Constant& constant) {
  std::vector<float> floats;
  if (!constant.real || constant.size() > 8) {
    throw Error(fmt::format("scales: expected 4 floats, found {} of shape {}",
                            constant.real ? "floats" : "whole numbers", shown_dims(constant.dims)));
  }
  for (int64_t i = 0; i < constant.size(); ++i) floats.push_back(constant.float_at(i));
  return floats;
}

// Of a node with sizes, or with scales at input `scales`.
Pair whole_scales(const Reading& r, const Node& node, const Value& x, int scales) {
  if (!node.has_input(3)) return whole_scales(floats_of(r.constant(node, scales)));
  const Dims sizes = r.shape(node, 3), extents = file_dims(x);
  const bool fits = sizes.size() == 4 && extents.size() == 3 && sizes[1] == extents[0] && sizes[2] >= 1 &&
                    sizes[3] >= 1 && sizes[2] % extents[1] == 0 && sizes[3] % extents[2] == 0;
  if (fits) return {sizes[2] / extents[1], sizes[3] / extents[2]};
  throw Error("sizes: expected [n, c, height, width], multiples of the input's, found " + shown_dims(sizes));
}

// Each channel's number over a picture, which libfer's product does by itself: libfer's own files say it so, since
// OpenCV 4.6 multiplies a batch of pictures by the numbers of the first.
void give_over_picture(Reading& r, const Node& node, Value x, const Pair& scales) {
  const Dims dims = file_dims(x);
  x.half = Value::Half::kRepeated;
  x.numbers = {dims[0], scales[0], scales[1]};
  r.give(node, x);
}

void give_repeated(Reading& r, const Node& node, const Value& x, const Pair& scales) {
  if (is_pixel(x) && r.is_taken_by(node, "Mul")) return give_over_picture(r, node, x, scales);
  const Value picture = r.picture_or_pixel(node, 0);
  r.give(node, scales == Pair{1, 1} ? picture : r.add_layer(node, UpSample2D{.size = scales}, {picture}));
}

// Whether cell i of the result is cell i / scale of the input, for every whole scale up to `most`. Centres of half a
// pixel lie less than half a cell beside that cell's; without them places lie between it and the next, not beyond half
// the way where the scale is 2.
bool is_repetition(const std::string& centres, const std::string& rounding, int64_t most) {
  if (centres == "asymmetric") return rounding == "floor" || (rounding == "round_prefer_floor" && most == 2);
  if (centres == "half_pixel" || centres == "pytorch_half_pixel") return rounding.starts_with("round_prefer_");
  return centres == "tf_half_pixel_for_nn" && rounding == "floor";
}

void read_nearest(Reading& r, Node& node) {
  const Value x = r.decided(node, 0);
  const bool old = r.opset() < 11;  // without the attributes: as "asymmetric" and "floor"
  const std::string centres = old ? "asymmetric" : node.text("coordinate_transformation_mode", "half_pixel");
  const std::string rounding = old ? "floor" : node.text("nearest_mode", "round_prefer_floor");
  node.ignore({"cubic_coeff_a", "extrapolation_value", "exclude_outside", "antialias", "keep_aspect_ratio_policy"});
  const Pair scales = whole_scales(r, node, x, old ? 1 : 2);
  if (scales == Pair{1, 1} && centres != "tf_crop_and_resize") return r.give(node, x);
  if (!is_pixel(x) && !is_repetition(centres, rounding, std::max(scales[0], scales[1]))) {
    throw Error(
        fmt::format("coordinate_transformation_mode, nearest_mode: expected what repeats each cell (asymmetric "
                    "and floor, or half_pixel and round_prefer_floor), found {} and {}",
                    shown(centres), shown(rounding)));
  }
  give_repeated(r, node, x, scales);
}

// [n, c, height, width]
Dims linear_sizes(const Reading& r, const Node& node, const Value& x) {
  if (node.has_input(3)) return r.shape(node, 3);
  const std::vector<float> scales = floats_of(r.constant(node, 2));
  expect_picture_scales(scales);
  Dims sizes = {0, x.shape[2]};
  for (const int axis : {0, 1}) {
    const float scale = scales[static_cast<size_t>(2 + axis)];
    const float size = std::floor(static_cast<float>(x.shape[axis]) * scale);
    if (!(size >= 1 && size <= static_cast<float>(kMaxExtent))) {
      throw Error(
          fmt::format("scales: expected a size of 1 to {}, found {} times {}", kMaxExtent, x.shape[axis], scale));
    }
    sizes.push_back(static_cast<int64_t>(size));
  }
  return sizes;
}

}  // namespace

// Resize's form before opset 10. Before opset 9 the scales are an attribute.
void read_upsample(Reading& r, Node& node) {
  const bool attribute = r.opset() < 9;
  node.expect_inputs(attribute ? 1 : 2, attribute ? 1 : 2);
  if (const std::string mode = node.text("mode", "nearest"); mode != "nearest") {
    throw Error("mode: expected nearest, found " + shown(mode));
  }
  const std::vector<float> scales = attribute ? node.reals("scales") : floats_of(r.constant(node, 1));
  give_repeated(r, node, r.decided(node, 0), whole_scales(scales));
}

void read_resize(Reading& r, Node& node) {
  node.expect_inputs(2, 4);
  const std::string mode = node.text("mode", "nearest");
  if (mode == "nearest") return read_nearest(r, node);
  if (r.opset() < 11) {
    throw Error(fmt::format(
        "mode: expected nearest below opset 11, whose Resize has no half-pixel centres, found {} in opset {}",
        shown(mode), r.opset()));
  }
  const Value x = r.picture(node, 0);
  if (mode != "linear") throw Error("mode: expected nearest or linear, found " + shown(mode));
  const std::string centres = node.text("coordinate_transformation_mode", "half_pixel");
  if (centres != "half_pixel" && centres != "pytorch_half_pixel") {
    throw Error("coordinate_transformation_mode: expected half_pixel or pytorch_half_pixel, found " + shown(centres));
  }
  node.expect_integer("antialias", 0, 0);
  node.ignore({"nearest_mode", "cubic_coeff_a", "extrapolation_value", "exclude_outside"});
  const Dims sizes = linear_sizes(r, node, x);
  if (sizes.size() != 4 || sizes[1] != x.shape[2]) {
    throw Error(fmt::format("sizes: expected [n, {}, height, width], found {}", x.shape[2], shown_dims(sizes)));
  }
  // PyTorch's centres differ for one row or column alone.
  if (centres != "half_pixel" && (sizes[2] == 1 || sizes[3] == 1)) {
    throw Error(fmt::format(
        "coordinate_transformation_mode: expected half_pixel where one row or column comes out, found {} and {}",
        shown(centres), shown_dims(sizes)));
  }
  r.give(node, r.add_layer(node, Resize{.size = {sizes[2], sizes[3]}}, {x}));
}

}  // namespace fer::onnx_file
