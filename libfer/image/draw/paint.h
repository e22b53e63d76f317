// What all shapes share: the distance of a pixel's middle from a shape's border says how much of the pixel is covered.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "fer/draw.h"

namespace fer::image {

// A colour as the channels of a picture have it.
class Ink {
 public:
  Ink(const Image& image, const Colour& colour);

  // Lays it over a pixel: `cover` of the pixel (0..1), by the colour's opacity.
  void lay(uint8_t* pixel, double cover) const {
    const auto share = static_cast<float>(cover * opacity_);
    for (int64_t c = 0; c < channels_; ++c) {
      const auto old = static_cast<float>(pixel[c]);
      pixel[c] = static_cast<uint8_t>(std::lround(old + share * (value_[c] - old)));
    }
  }

 private:
  float value_[3] = {};
  int64_t channels_ = 1;
  double opacity_ = 1;
};

// The pixels that a box touches, within the picture.
struct PixelRange {
  int64_t top = 0, bottom = 0, left = 0, right = 0;
};
PixelRange pixels_within(const Image& image, const PictureBox& box);

// Calls paint(pixel, middle) for each pixel that `box` touches.
template <class Paint>
void for_pixels(Image& image, const PictureBox& box, const Paint& paint) {
  const PixelRange range = pixels_within(image, box);
  for (int64_t y = range.top; y < range.bottom; ++y) {
    uint8_t* row = image.pixels.data() + y * image.width * image.channels;
    for (int64_t x = range.left; x < range.right; ++x) {
      paint(row + x * image.channels, PicturePoint{static_cast<double>(x) + 0.5, static_cast<double>(y) + 0.5});
    }
  }
}

// How much of a pixel a shape covers, by the signed distance of its middle from the shape's border, negative inside.
inline double cover_of(double distance) { return std::clamp(0.5 - distance, 0.0, 1.0); }

// Lines that make one shape: where they meet or cross, a transparent colour is laid on once.
class Strokes {
 public:
  // Of lines `thickness` wide, all within `box`.
  Strokes(const Image& image, const PictureBox& box, double thickness);
  void add(std::span<const PicturePoint> line);
  void lay(Image& image, const Ink& ink) const;

 private:
  void add_segment(const PicturePoint& a, const PicturePoint& b);

  const double half_;
  const PixelRange range_;
  std::vector<double> squared_;  // of each pixel of the range, its middle's squared distance from the nearest line
};

// The square of a point's distance from the line between a and b.
inline double squared_distance(const PicturePoint& p, const PicturePoint& a, const PicturePoint& b) {
  const double ux = b.x - a.x, uy = b.y - a.y, length = ux * ux + uy * uy;
  const double t = length > 0 ? std::clamp(((p.x - a.x) * ux + (p.y - a.y) * uy) / length, 0.0, 1.0) : 0.0;
  const double x = p.x - a.x - t * ux, y = p.y - a.y - t * uy;
  return x * x + y * y;
}

// The smallest box around the points, larger by `margin` on every side.
PictureBox box_around(std::span<const PicturePoint> points, double margin);

}  // namespace fer::image
