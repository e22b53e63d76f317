#include "data/augment.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/assert.h"
#include "core/random.h"

namespace fer {
namespace {

double between(double low, double high, uint32_t word) {
  return low + (high - low) * static_cast<double>(to_unit_float(word));
}

void copy(const PictureShape& s, bool flip, std::span<const uint8_t> picture, std::span<float> out) {
  const int64_t row_values = s.width * s.channels;
  for (int64_t y = 0; y < s.height; ++y) {
    for (int64_t x = 0; x < s.width; ++x) {
      const int64_t from = y * row_values + (flip ? s.width - 1 - x : x) * s.channels;
      const int64_t to = y * row_values + x * s.channels;
      for (int64_t c = 0; c < s.channels; ++c)
        out[static_cast<size_t>(to + c)] = picture[static_cast<size_t>(from + c)];
    }
  }
}

// A coordinate between two cells, both inside [0, cells).
struct Between {
  int64_t low = 0, high = 0;
  float share = 0;  // of high
};

Between cells_around(float at, int64_t cells) {
  at = std::clamp(at, 0.0f, static_cast<float>(cells - 1));
  const auto low = static_cast<int64_t>(at);
  return {low, std::min(low + 1, cells - 1), at - static_cast<float>(low)};
}

void resample(const PictureShape& s, const Change& change, std::span<const uint8_t> picture, std::span<float> out) {
  // The inverse of the change: where a pixel of out comes from. Centres of cells are whole numbers.
  const double centre_y = 0.5 * static_cast<double>(s.height - 1), centre_x = 0.5 * static_cast<double>(s.width - 1);
  const double sine = std::sin(change.angle_rad) / change.scale, cosine = std::cos(change.angle_rad) / change.scale;
  const double mirror = change.flip ? -1 : 1;
  const auto cell = [&](int64_t y, int64_t x, int64_t c) {
    return static_cast<float>(picture[static_cast<size_t>((y * s.width + x) * s.channels + c)]);
  };
  size_t to = 0;
  for (int64_t y = 0; y < s.height; ++y) {
    const double v = static_cast<double>(y) - centre_y - change.dy;
    for (int64_t x = 0; x < s.width; ++x) {
      const double u = static_cast<double>(x) - centre_x - change.dx;
      const Between row = cells_around(static_cast<float>(centre_y + cosine * v - sine * u), s.height);
      const Between column = cells_around(static_cast<float>(centre_x + mirror * (cosine * u + sine * v)), s.width);
      for (int64_t c = 0; c < s.channels; ++c) {
        const float top_left = cell(row.low, column.low, c), bottom_left = cell(row.high, column.low, c);
        const float top = top_left + column.share * (cell(row.low, column.high, c) - top_left);
        const float bottom = bottom_left + column.share * (cell(row.high, column.high, c) - bottom_left);
        out[to++] = top + row.share * (bottom - top);
      }
    }
  }
}

}  // namespace

Change draw_change(const AugmentParams& params, const PictureShape& shape, const ChangeKey& key) {
  const RandomStream stream = {.seed = key.seed,
                               .use = RandomUse::kAugmentation,
                               .a = static_cast<uint32_t>(key.epoch),
                               .b = static_cast<uint32_t>(key.row)};
  const auto first = random_block(stream, 0), second = random_block(stream, 1);
  Change change;
  change.flip = params.horizontal_flip && (second[1] >> 31) != 0;
  change.scale = between(1 - params.zoom, 1 + params.zoom, first[3]);
  const double most = params.rotation_deg * std::numbers::pi / 180;
  change.angle_rad = between(-most, most, first[2]);
  const double rows = params.shift * static_cast<double>(shape.height);
  const double columns = params.shift * static_cast<double>(shape.width);
  change.dy = between(-rows, rows, first[0]);
  change.dx = between(-columns, columns, first[1]);
  return change;
}

void change_picture(const PictureShape& shape, const Change& change, std::span<const uint8_t> picture,
                    std::span<float> out) {
  FER_ASSERT(picture.size() == out.size());
  FER_ASSERT(static_cast<int64_t>(out.size()) == shape.height * shape.width * shape.channels);
  if (change.copies_pixels()) {
    copy(shape, change.flip, picture, out);
  } else {
    resample(shape, change, picture, out);
  }
}

}  // namespace fer
