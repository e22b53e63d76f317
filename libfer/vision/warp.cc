#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fer/error.h"
#include "fer/face_points.h"
#include "vision/check.h"

namespace fer {
namespace {

// Much more than a face has.
constexpr int64_t kMostWarpedPixels = 16'000'000;

void check_warp(const Similarity& place, int64_t height, int64_t width) {
  if (height < 1 || width < 1 || height > vision::kMostPixels / width) {
    throw Error(
        fmt::format("warp: expected a size of 1 to {} pixels, found {} x {}", vision::kMostPixels, width, height));
  }
  for (const double value : {place.a, place.b, place.dx, place.dy}) {
    if (!std::isfinite(value)) throw Error("warp: expected a finite transform, found one that is not");
  }
}

// A place along an axis of n cells: the cell before it, the one after it, and the latter's share.
struct Between {
  int64_t before, after;
  double share;
};

Between between(double at, int64_t n) {
  const double inside = std::clamp(at, 0.0, static_cast<double>(n - 1));
  const auto before = static_cast<int64_t>(inside);
  return {before, std::min(before + 1, n - 1), inside - static_cast<double>(before)};
}

}  // namespace

Image warped(const Image& picture, const Similarity& place, int64_t height, int64_t width) {
  vision::check_picture(picture, "warp");
  check_warp(place, height, width);
  const int64_t channels = picture.channels, row = picture.width * channels;
  Image out = {height, width, channels, std::vector<uint8_t>(static_cast<size_t>(height * width * channels))};
  uint8_t* pixel = out.pixels.data();
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) {
      const Point from = place({static_cast<double>(x), static_cast<double>(y)});
      const Between u = between(from.x, picture.width), v = between(from.y, picture.height);
      for (int64_t c = 0; c < channels; ++c) {
        const auto line = [&](int64_t at) {
          const uint8_t* cells = &picture.pixels[at * row + c];
          return (1 - u.share) * cells[u.before * channels] + u.share * cells[u.after * channels];
        };
        *pixel++ = static_cast<uint8_t>(std::lround((1 - v.share) * line(v.before) + v.share * line(v.after)));
      }
    }
  }
  return out;
}

Image aligned_face(const Image& picture, std::span<const Point> points, int64_t size,
                   const AlignmentTemplate& positions) {
  const FaceAnchors at = face_anchors(points);
  check_warp({}, size, size);
  const Point from[] = {at.left_eye, at.right_eye, at.mouth};
  // How many pixels of the face make one of the result, along each axis.
  const auto fit = [&](int64_t side) {
    // Shares count from the edge of the picture, places from the centre of its first pixel.
    const auto to_pixels = [&](const Point& share) {
      return Point{share.x * static_cast<double>(side) - 0.5, share.y * static_cast<double>(side) - 0.5};
    };
    const Point to[] = {to_pixels(positions.left_eye), to_pixels(positions.right_eye), to_pixels(positions.mouth)};
    return fit_similarity(to, from);
  };
  const Similarity once = fit(size);
  const double scale = std::hypot(once.a, once.b);
  const double most =
      std::max(1.0, std::floor(std::sqrt(static_cast<double>(kMostWarpedPixels)) / static_cast<double>(size)));
  const auto times = static_cast<int64_t>(std::clamp(std::ceil(scale - 1e-9), 1.0, most));
  const Image large = warped(picture, times == 1 ? once : fit(size * times), size * times, size * times);
  return times == 1 ? large : resized(large, size, size);
}

}  // namespace fer
