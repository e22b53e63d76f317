#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fer/error.h"
#include "fer/face_points.h"
#include "fer/vision.h"
#include "vision/check.h"

namespace fer {
namespace {

void check_margins(const CropMargins& margins) {
  for (const double margin : {margins.left, margins.top, margins.right, margins.bottom}) {
    if (!(margin > -1 && margin <= 100)) {
      throw Error(fmt::format("crop: expected margins above -1, at most 100, found {}", margin));
    }
  }
}

// How far the line from the left eye to the right one falls, in radians; 0 without points.
double slope_of_eyes(const Face& face) {
  if (face.points.empty()) return 0;
  const FaceAnchors at = face_anchors(face.points);
  return std::atan2(at.right_eye.y - at.left_eye.y, at.right_eye.x - at.left_eye.x);
}

Image cut(const Image& picture, const Box& box) {
  Image crop = {box.height, box.width, picture.channels, {}};
  crop.pixels.reserve(static_cast<size_t>(box.height * box.width * picture.channels));
  for (int64_t y = box.top; y < box.top + box.height; ++y) {
    const uint8_t* row =
        &picture.pixels[std::clamp<int64_t>(y, 0, picture.height - 1) * picture.width * picture.channels];
    for (int64_t x = box.left; x < box.left + box.width; ++x) {
      const uint8_t* pixel = row + std::clamp<int64_t>(x, 0, picture.width - 1) * picture.channels;
      crop.pixels.insert(crop.pixels.end(), pixel, pixel + picture.channels);
    }
  }
  return crop;
}

// The box of the picture, turned about its centre by the angle.
Image cut_turned(const Image& picture, const Box& box, double angle) {
  Similarity place = {std::cos(angle), std::sin(angle), 0, 0};
  const Point half = {static_cast<double>(box.width - 1) / 2, static_cast<double>(box.height - 1) / 2};
  const Point moved = place(half);
  place.dx = static_cast<double>(box.left) + half.x - moved.x;
  place.dy = static_cast<double>(box.top) + half.y - moved.y;
  return warped(picture, place, box.height, box.width);
}

}  // namespace

Box crop_box(const Box& box, const CropOptions& options) {
  const CropMargins& margins = options.margins;
  vision::check_box(box, "crop");
  check_margins(margins);
  const auto w = static_cast<double>(box.width), h = static_cast<double>(box.height);
  double width = std::max(w * (1 + margins.left + margins.right), 1.0);
  double height = std::max(h * (1 + margins.top + margins.bottom), 1.0);
  const double x = static_cast<double>(box.left) + w * (1 + margins.right - margins.left) / 2;
  const double y = static_cast<double>(box.top) + h * (1 + margins.bottom - margins.top) / 2;
  if (options.square) width = height = std::max(width, height);
  Box crop = {.width = std::llround(width), .height = std::llround(height)};
  crop.left = std::llround(x - static_cast<double>(crop.width) / 2);
  crop.top = std::llround(y - static_cast<double>(crop.height) / 2);
  return crop;
}

Image crop_face(const Image& picture, const Face& face, const CropOptions& options) {
  vision::check_picture(picture, "crop");
  const Box box = crop_box(face.box, options);
  if (box.width > vision::kMostPixels / box.height) {
    throw Error(
        fmt::format("crop: expected at most {} pixels, found {} x {}", vision::kMostPixels, box.width, box.height));
  }
  const double angle = options.upright ? slope_of_eyes(face) : 0;
  return angle == 0 ? cut(picture, box) : cut_turned(picture, box, angle);
}

}  // namespace fer
