#include "image/draw/paint.h"

namespace fer::image {

Strokes::Strokes(const Image& image, const PictureBox& box, double thickness)
    : half_(thickness / 2), range_(pixels_within(image, box)) {
  const int64_t rows = std::max<int64_t>(range_.bottom - range_.top, 0);
  const int64_t columns = std::max<int64_t>(range_.right - range_.left, 0);
  squared_.assign(static_cast<size_t>(rows * columns), 1e30);
}

void Strokes::add(std::span<const PicturePoint> line) {
  if (squared_.empty()) return;
  if (line.size() == 1) add_segment(line[0], line[0]);
  for (size_t i = 1; i < line.size(); ++i) add_segment(line[i - 1], line[i]);
}

// Only the pixels near the segment: a letter has some twenty, each of which is far from most of its pixels.
void Strokes::add_segment(const PicturePoint& a, const PicturePoint& b) {
  const double reach = half_ + 1;
  const int64_t columns = range_.right - range_.left;
  const auto first = [](double low, int64_t begin, int64_t end) {
    return static_cast<int64_t>(std::clamp(std::floor(low), static_cast<double>(begin), static_cast<double>(end)));
  };
  const int64_t left = first(std::min(a.x, b.x) - reach, range_.left, range_.right);
  const int64_t right = first(std::max(a.x, b.x) + reach + 1, range_.left, range_.right);
  const int64_t top = first(std::min(a.y, b.y) - reach, range_.top, range_.bottom);
  const int64_t bottom = first(std::max(a.y, b.y) + reach + 1, range_.top, range_.bottom);
  for (int64_t y = top; y < bottom; ++y) {
    double* row = squared_.data() + (y - range_.top) * columns - range_.left;
    for (int64_t x = left; x < right; ++x) {
      const PicturePoint middle = {static_cast<double>(x) + 0.5, static_cast<double>(y) + 0.5};
      row[x] = std::min(row[x], squared_distance(middle, a, b));
    }
  }
}

void Strokes::lay(Image& image, const Ink& ink) const {
  const double beyond = (half_ + 0.5) * (half_ + 0.5);
  auto squared = squared_.begin();
  for (int64_t y = range_.top; y < range_.bottom; ++y) {
    for (int64_t x = range_.left; x < range_.right; ++x, ++squared) {
      if (*squared >= beyond) continue;
      uint8_t* pixel = image.pixels.data() + (y * image.width + x) * image.channels;
      ink.lay(pixel, cover_of(std::sqrt(*squared) - half_));
    }
  }
}

}  // namespace fer::image
