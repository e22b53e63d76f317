#include "data/augment.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/assert.h"
#include "core/random.h"
#include "data/draws.h"

namespace fer::data {
namespace {

// The crop, with the whole picture in its terms.
Crop crop_of(const PictureShape& s, const Change& change) {
  return change.crop.height > 0 ? change.crop : whole_picture(s);
}

void copy(const PictureShape& s, const Crop& crop, bool flip, std::span<const uint8_t> picture, std::span<float> out) {
  size_t to = 0;
  for (int64_t y = crop.top; y < crop.top + crop.height; ++y) {
    for (int64_t x = crop.left; x < crop.left + crop.width; ++x) {
      const int64_t from = (y * s.width + (flip ? s.width - 1 - x : x)) * s.channels;
      for (int64_t c = 0; c < s.channels; ++c) out[to++] = picture[static_cast<size_t>(from + c)];
    }
  }
}

// A coordinate between two cells, both inside [0, cells).
struct Between {
  int64_t low = 0, high = 0;
  float share = 0;  // of high
  bool outside = false;
};

// The cell that stands for cell i of a row that goes on without end.
int64_t cell_inside(int64_t i, int64_t cells, Fill fill) {
  if (i >= 0 && i < cells) return i;
  if (fill == Fill::kNearest || fill == Fill::kConstant) return std::clamp<int64_t>(i, 0, cells - 1);
  const int64_t period = fill == Fill::kWrap ? cells : 2 * cells;
  const int64_t place = (i % period + period) % period;
  return place < cells ? place : period - 1 - place;
}

Between cells_around(double at, int64_t cells, Fill fill) {
  const auto last = static_cast<double>(cells - 1);
  if (fill == Fill::kConstant && !(at >= 0 && at <= last)) return {.outside = true};
  if (fill == Fill::kNearest) at = std::clamp(at, 0.0, last);
  const double low = std::floor(at);
  const auto cell = static_cast<int64_t>(low);
  return {cell_inside(cell, cells, fill), cell_inside(cell + 1, cells, fill), static_cast<float>(at - low)};
}

// The rows of a 2x2 matrix and a shift: (v, u) -> (vv * v + vu * u + v0, uv * v + uu * u + u0).
struct Affine {
  double vv = 1, vu = 0, v0 = 0;
  double uv = 0, uu = 1, u0 = 0;
};

Affine affine_of(const Change& change) {
  const double cosine = std::cos(change.angle_rad), sine = std::sin(change.angle_rad);
  const double shear_sine = std::sin(change.shear_rad), shear_cosine = std::cos(change.shear_rad);
  const double zoom_x = change.flip ? -change.zoom_x : change.zoom_x;
  // R times [zoom_y, -shear_sine * zoom_x, dy; 0, shear_cosine * zoom_x, dx].
  return {.vv = cosine * change.zoom_y,
          .vu = (-cosine * shear_sine - sine * shear_cosine) * zoom_x,
          .v0 = cosine * change.dy - sine * change.dx,
          .uv = sine * change.zoom_y,
          .uu = (-sine * shear_sine + cosine * shear_cosine) * zoom_x,
          .u0 = sine * change.dy + cosine * change.dx};
}

// The cells of a picture that the cells of a crop of it lie at: begin + (i + 1/2) * step - 1/2.
struct Cells {
  double begin = 0, step = 1;
  double at(int64_t i) const { return begin + (static_cast<double>(i) + 0.5) * step - 0.5; }
};

Cells cells_of(int64_t begin, int64_t cells, int64_t out) {
  return {static_cast<double>(begin), static_cast<double>(cells) / static_cast<double>(out)};
}

void resample(const PictureShape& s, const Crop& crop, const Change& change, const Outside& outside,
              std::span<const uint8_t> picture, std::span<float> out) {
  // Centres of cells are whole numbers.
  const double centre_y = 0.5 * static_cast<double>(s.height - 1), centre_x = 0.5 * static_cast<double>(s.width - 1);
  const Affine a = affine_of(change);
  const Cells rows = cells_of(crop.top, crop.height, crop.out_height);
  const Cells columns = cells_of(crop.left, crop.width, crop.out_width);
  const auto cell = [&](int64_t y, int64_t x, int64_t c) {
    return static_cast<float>(picture[static_cast<size_t>((y * s.width + x) * s.channels + c)]);
  };
  size_t to = 0;
  for (int64_t y = 0; y < crop.out_height; ++y) {
    const double v = rows.at(y) - centre_y;
    for (int64_t x = 0; x < crop.out_width; ++x) {
      const double u = columns.at(x) - centre_x;
      const Between row = cells_around(centre_y + a.vv * v + a.vu * u + a.v0, s.height, outside.fill);
      const Between column = cells_around(centre_x + a.uv * v + a.uu * u + a.u0, s.width, outside.fill);
      for (int64_t c = 0; c < s.channels; ++c) {
        if (row.outside || column.outside) {
          out[to++] = outside.value;
          continue;
        }
        const float top_left = cell(row.low, column.low, c), bottom_left = cell(row.high, column.low, c);
        const float top = top_left + column.share * (cell(row.low, column.high, c) - top_left);
        const float bottom = bottom_left + column.share * (cell(row.high, column.high, c) - bottom_left);
        out[to++] = top + row.share * (bottom - top);
      }
    }
  }
}

double radians(double degrees) { return degrees * std::numbers::pi / 180; }

bool drawn_flip(const RandomStream& stream) { return (random_block(stream, 1)[1] >> 31) != 0; }

bool draw_flip(const Augmentation& ranges, ChangeKey key) {
  if (!ranges.alternating_flip) return ranges.horizontal_flip && drawn_flip(stream_of(key));
  const bool odd = key.pass % 2 != 0;
  key.pass = 0;
  return drawn_flip(stream_of(key)) != odd;
}

}  // namespace

RandomStream stream_of(const ChangeKey& key) {
  return {.seed = key.seed,
          .use = RandomUse::kAugmentation,
          .a = static_cast<uint32_t>(key.pass),
          .b = static_cast<uint32_t>(key.row)};
}

Change draw_change(const Augmentation& ranges, const PictureShape& shape, const ChangeKey& key) {
  const RandomStream stream = stream_of(key);
  const auto first = random_block(stream, 0), second = random_block(stream, 1);
  const double rows = ranges.height_shift * static_cast<double>(shape.height);
  const double columns = ranges.width_shift * static_cast<double>(shape.width);
  const double turn = radians(ranges.rotation_deg), shear = radians(ranges.shear_deg);
  return {.flip = draw_flip(ranges, key),
          .dy = between(-rows, rows, first[0]),
          .dx = between(-columns, columns, first[1]),
          .angle_rad = between(-turn, turn, first[2]),
          .shear_rad = between(-shear, shear, second[0]),
          .zoom_y = between(1 - ranges.zoom, 1 + ranges.zoom, first[3]),
          .zoom_x = between(1 - ranges.zoom, 1 + ranges.zoom, second[2])};
}

Change draw_change(const Augmentation& ranges, const PictureShape& shape, const PictureShape& out,
                   const ChangeKey& key) {
  Change change = draw_change(ranges, shape, key);
  if (ranges.random_resized_crop) {
    change.crop = draw_resized_crop(ranges, shape, out, stream_of(key));
  } else if (ranges.crop.given()) {
    change.crop = draw_crop(shape, out, stream_of(key));
  } else {
    change.crop = centre_crop(shape, out);
  }
  return change;
}

void change_picture(const PictureShape& shape, const Change& change, const Outside& outside,
                    std::span<const uint8_t> picture, std::span<float> out) {
  const Crop crop = crop_of(shape, change);
  FER_ASSERT(static_cast<int64_t>(picture.size()) == shape.height * shape.width * shape.channels);
  FER_ASSERT(static_cast<int64_t>(out.size()) == crop.out_height * crop.out_width * shape.channels);
  if (change.copies_pixels()) {
    copy(shape, crop, change.flip, picture, out);
  } else {
    resample(shape, crop, change, outside, picture, out);
  }
}

}  // namespace fer::data

namespace fer {

const char* fill_name(Fill fill) {
  constexpr const char* kNames[] = {"nearest", "constant", "reflect", "wrap"};
  return kNames[static_cast<size_t>(fill)];
}

}  // namespace fer
