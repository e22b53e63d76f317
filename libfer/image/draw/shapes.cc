#include <limits>

#include "image/draw/paint.h"
#include "image/image_codecs.h"

namespace fer {
namespace image {

Ink::Ink(const Image& image, const Colour& colour)
    : channels_(image.channels), opacity_(std::clamp(colour.opacity, 0.0, 1.0)) {
  check_image(image);
  const uint8_t rgb[] = {colour.red, colour.green, colour.blue};
  if (channels_ == 1) {
    const int brightness = (299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2] + 500) / 1000;
    value_[0] = static_cast<float>(brightness);
  } else {
    std::copy_n(rgb, 3, value_);
  }
}

PixelRange pixels_within(const Image& image, const PictureBox& box) {
  // (Cut as doubles: a place may be beyond every integer, or no number.)
  const auto cut = [](double at, int64_t most) {
    return at > 0 ? static_cast<int64_t>(std::min(at, static_cast<double>(most))) : 0;
  };
  return {.top = cut(std::floor(box.top), image.height),
          .bottom = cut(std::ceil(box.bottom()), image.height),
          .left = cut(std::floor(box.left), image.width),
          .right = cut(std::ceil(box.right()), image.width)};
}

PictureBox box_around(std::span<const PicturePoint> points, double margin) {
  PicturePoint low = points[0], high = points[0];
  for (const PicturePoint& p : points) {
    low = {std::min(low.x, p.x), std::min(low.y, p.y)};
    high = {std::max(high.x, p.x), std::max(high.y, p.y)};
  }
  return {low.x - margin, low.y - margin, high.x - low.x + 2 * margin, high.y - low.y + 2 * margin};
}

}  // namespace image

using image::Ink;

void fill_rectangle(Image& image, const PictureBox& box, const Colour& colour) {
  const Ink ink(image, colour);
  image::for_pixels(image, box, [&](uint8_t* pixel, const PicturePoint& at) {
    const double across = std::min(at.x + 0.5, box.right()) - std::max(at.x - 0.5, box.left);
    const double down = std::min(at.y + 0.5, box.bottom()) - std::max(at.y - 0.5, box.top);
    ink.lay(pixel, std::max(across, 0.0) * std::max(down, 0.0));
  });
}

void draw_rectangle(Image& image, const PictureBox& box, double thickness, const Colour& colour) {
  const double half = thickness / 2;
  const double inner = std::max(box.height - thickness, 0.0);
  fill_rectangle(image, {box.left - half, box.top - half, box.width + thickness, thickness}, colour);
  fill_rectangle(image, {box.left - half, box.bottom() - half, box.width + thickness, thickness}, colour);
  fill_rectangle(image, {box.left - half, box.top + half, thickness, inner}, colour);
  fill_rectangle(image, {box.right() - half, box.top + half, thickness, inner}, colour);
}

void draw_lines(Image& image, std::span<const PicturePoint> points, double thickness, const Colour& colour) {
  const Ink ink(image, colour);
  if (points.empty()) return;
  image::Strokes strokes(image, image::box_around(points, thickness / 2 + 1), thickness);
  strokes.add(points);
  strokes.lay(image, ink);
}

void draw_disc(Image& image, const PicturePoint& centre, double radius, const Colour& colour) {
  draw_lines(image, {&centre, 1}, 2 * radius, colour);
}

void draw_ellipse(Image& image, const PictureBox& box, const Colour& colour) {
  const Ink ink(image, colour);
  const double rx = std::max(box.width / 2, 1e-6), ry = std::max(box.height / 2, 1e-6);
  const PictureBox around = {box.left - 1, box.top - 1, box.width + 2, box.height + 2};
  image::for_pixels(image, around, [&](uint8_t* pixel, const PicturePoint& at) {
    // The distance to first order: f / |grad f| with f = (x / rx)^2 + (y / ry)^2 - 1.
    const double x = (at.x - box.left - rx) / rx, y = (at.y - box.top - ry) / ry;
    const double slope = 2 * std::hypot(x / rx, y / ry);
    const double f = x * x + y * y - 1;
    ink.lay(pixel, slope > 0 ? image::cover_of(f / slope) : 1);
  });
}

void fill_polygon(Image& image, std::span<const PicturePoint> corners, const Colour& colour) {
  const Ink ink(image, colour);
  if (corners.size() < 3) return;
  image::for_pixels(image, image::box_around(corners, 1), [&](uint8_t* pixel, const PicturePoint& at) {
    double nearest = std::numeric_limits<double>::max();
    bool inside = false;
    for (size_t i = 0, before = corners.size() - 1; i < corners.size(); before = i++) {
      const PicturePoint &a = corners[before], &b = corners[i];
      nearest = std::min(nearest, image::squared_distance(at, a, b));
      // A ray to the right crosses this side.
      if ((a.y > at.y) != (b.y > at.y) && at.x < a.x + (at.y - a.y) / (b.y - a.y) * (b.x - a.x)) inside = !inside;
    }
    ink.lay(pixel, image::cover_of(inside ? -std::sqrt(nearest) : std::sqrt(nearest)));
  });
}

}  // namespace fer
