#include "cascade/train/sample_table.h"

#include "cascade/scan/integral.h"
#include "cascade/train/feature_values.h"

namespace fer::cascade {
namespace {

constexpr size_t kPadding = 16;

}  // namespace

SampleTable::SampleTable(int width, int height, bool with_tilted, size_t samples)
    : width_(width), height_(height), samples_(samples), padded_((samples + kPadding - 1) / kPadding * kPadding) {
  const size_t points = static_cast<size_t>(width + 1) * static_cast<size_t>(height + 1);
  sums_.resize(points * padded_);
  if (with_tilted) tilted_.resize(points * padded_);
  factors_.resize(padded_);
}

void SampleTable::set(size_t sample, std::span<const uint8_t> pixels) {
  const Grey grey{width_, height_, {pixels.begin(), pixels.end()}};
  const Integral integral = integral_of(grey, integral_layout(width_, 1), !tilted_.empty());
  size_t point = 0;
  for (int y = 0; y <= height_; ++y) {
    for (int x = 0; x <= width_; ++x, ++point) {
      const size_t at = integral.layout.offset(x, y);
      sums_[point * padded_ + sample] = static_cast<float>(integral.sum[at]);
      if (!tilted_.empty()) tilted_[point * padded_ + sample] = static_cast<float>(integral.tilted[at]);
    }
  }
  const HaarRectangle inner = inner_window(width_, height_);
  bool flat = false;
  factors_[sample] =
      brightness_factor(integral.sum.data(), integral.squares.data(), corners_of(inner, false, integral.layout),
                        static_cast<double>(inner.width) * inner.height, flat);
}

const float* SampleTable::corner(bool tilted, int x, int y) const {
  const size_t point = static_cast<size_t>(y) * static_cast<size_t>(width_ + 1) + static_cast<size_t>(x);
  return (tilted ? tilted_ : sums_).data() + point * padded_;
}

void SampleTable::values(const HaarFeature& feature, std::span<float> out) const {
  ValueTerm terms[3];
  for (size_t i = 0; i < feature.rectangles.size(); ++i) {
    const HaarRectangle& r = feature.rectangles[i];
    terms[i].weight = r.weight;
    const auto at = [&](int x, int y) { return corner(feature.tilted, x, y); };
    if (feature.tilted) {
      terms[i].corners = {at(r.x, r.y), at(r.x - r.height, r.y + r.height), at(r.x + r.width, r.y + r.width),
                          at(r.x + r.width - r.height, r.y + r.width + r.height)};
    } else {
      terms[i].corners = {at(r.x, r.y), at(r.x + r.width, r.y), at(r.x, r.y + r.height),
                          at(r.x + r.width, r.y + r.height)};
    }
  }
  feature_values({terms, feature.rectangles.size()}, factors_, out);
}

float SampleTable::value(const HaarFeature& feature, size_t sample) const {
  float value = 0;
  for (size_t i = 0; i < feature.rectangles.size(); ++i) {
    const HaarRectangle& r = feature.rectangles[i];
    const auto at = [&](int x, int y) { return corner(feature.tilted, x, y)[sample]; };
    const float sum =
        feature.tilted
            ? at(r.x, r.y) - at(r.x - r.height, r.y + r.height) - at(r.x + r.width, r.y + r.width) +
                  at(r.x + r.width - r.height, r.y + r.width + r.height)
            : at(r.x, r.y) - at(r.x + r.width, r.y) - at(r.x, r.y + r.height) + at(r.x + r.width, r.y + r.height);
    value = i == 0 ? r.weight * sum : value + r.weight * sum;
  }
  return value * factors_[sample];
}

}  // namespace fer::cascade
