#include "cascade/scan/integral.h"

#include <cmath>

namespace fer::cascade {
namespace {

constexpr size_t kSpare = 32;  // cells that a vector may reach beyond

// The row of sums below a row of pixels, from the row above it.
void add_row(const uint8_t* pixels, int width, const uint32_t* sum_above, const uint32_t* squares_above, uint32_t* sum,
             uint32_t* squares) {
  uint32_t s = 0, q = 0;
  sum[0] = squares[0] = 0;
  for (int x = 0; x < width; ++x) {
    const uint32_t p = pixels[x];
    s += p;
    q += p * p;
    sum[x + 1] = sum_above[x + 1] + s;
    squares[x + 1] = squares_above[x + 1] + q;
  }
}

// The same where even and odd columns are apart: two pixels at a time.
void add_split_row(const uint8_t* pixels, int width, size_t odd_at, const uint32_t* sum_above,
                   const uint32_t* squares_above, uint32_t* sum, uint32_t* squares) {
  uint32_t s = 0, q = 0;
  sum[0] = squares[0] = 0;
  int x = 0;
  for (size_t i = 0; x + 1 < width; ++i, x += 2) {
    const uint32_t p = pixels[x], r = pixels[x + 1];
    s += p;
    q += p * p;
    sum[odd_at + i] = sum_above[odd_at + i] + s;
    squares[odd_at + i] = squares_above[odd_at + i] + q;
    s += r;
    q += r * r;
    sum[i + 1] = sum_above[i + 1] + s;
    squares[i + 1] = squares_above[i + 1] + q;
  }
  if (x < width) {
    const size_t i = odd_at + static_cast<size_t>(x / 2);
    const uint32_t p = pixels[x];
    sum[i] = sum_above[i] + s + p;
    squares[i] = squares_above[i] + q + p * p;
  }
}

// Row y of the tilted sums from the two above: t(x, y) = t(x-1, y-1) + t(x+1, y-1) - t(x, y-2) + pixels (x-1, y-1) and
// (x-1, y-2). At the edges what would lie outside is equal to something inside.
void add_tilted_row(const Grey& picture, int y, const uint32_t* above, const uint32_t* above2, uint32_t* row) {
  const int width = picture.width;
  const uint8_t* p = picture.row(y - 1);
  const uint8_t* p2 = y >= 2 ? picture.row(y - 2) : nullptr;
  row[0] = y >= 2 ? above[1] : 0;
  for (int x = 1; x <= width; ++x) {
    const uint32_t pixels = p[x - 1] + (p2 != nullptr ? p2[x - 1] : 0U);
    // Right of the last column t(width + 1, y - 1) would be t(width, y - 2).
    row[x] = pixels + above[x - 1] + (x < width ? above[x + 1] - above2[x] : 0U);
  }
}

void add_tilted(const Grey& picture, Integral& integral) {
  const auto columns = static_cast<size_t>(picture.width) + 1;
  std::vector<uint32_t> rows[3] = {std::vector<uint32_t>(columns), std::vector<uint32_t>(columns),
                                   std::vector<uint32_t>(columns)};
  for (int y = 1; y <= picture.height; ++y) {
    std::vector<uint32_t>& row = rows[y % 3];
    add_tilted_row(picture, y, rows[(y + 2) % 3].data(), rows[(y + 1) % 3].data(), row.data());
    uint32_t* to = integral.tilted.data() + static_cast<size_t>(y) * integral.layout.stride;
    for (size_t x = 0; x < columns; ++x) to[integral.layout.column(static_cast<int>(x))] = row[x];
  }
}

}  // namespace

IntegralLayout integral_layout(int width, int step) {
  const size_t columns = static_cast<size_t>(width) + 1;
  if (step == 1) return {.step = 1, .stride = columns + kSpare, .odd_at = 0};
  const size_t half = (columns + 1) / 2 + kSpare;
  return {.step = 2, .stride = 2 * half, .odd_at = half};
}

Integral integral_of(const Grey& picture, const IntegralLayout& layout, bool with_tilted) {
  Integral integral{layout, {}, {}, {}};
  const size_t stride = layout.stride, cells = stride * (static_cast<size_t>(picture.height) + 1);
  integral.sum.resize(cells);
  integral.squares.resize(cells);
  for (int y = 0; y < picture.height; ++y) {
    const size_t above = static_cast<size_t>(y) * stride, here = above + stride;
    const uint32_t *s = integral.sum.data() + above, *q = integral.squares.data() + above;
    if (layout.step == 1) {
      add_row(picture.row(y), picture.width, s, q, integral.sum.data() + here, integral.squares.data() + here);
    } else {
      add_split_row(picture.row(y), picture.width, layout.odd_at, s, q, integral.sum.data() + here,
                    integral.squares.data() + here);
    }
  }
  if (with_tilted) {
    integral.tilted.resize(cells);
    add_tilted(picture, integral);
  }
  return integral;
}

Corners corners_of(const HaarRectangle& r, bool tilted, const IntegralLayout& layout) {
  const auto at = [&](int x, int y) { return static_cast<int32_t>(layout.offset(x, y)); };
  if (!tilted) {
    return {{at(r.x, r.y), at(r.x + r.width, r.y), at(r.x, r.y + r.height), at(r.x + r.width, r.y + r.height)}};
  }
  return {{at(r.x, r.y), at(r.x - r.height, r.y + r.height), at(r.x + r.width, r.y + r.width),
           at(r.x + r.width - r.height, r.y + r.width + r.height)}};
}

HaarRectangle inner_window(int width, int height) {
  return {.x = 1, .y = 1, .width = width - 2, .height = height - 2, .weight = 1};
}

float brightness_factor(const uint32_t* sum, const uint32_t* squares, const Corners& inner, double area, bool& flat) {
  const double s = sum_of(sum, inner);
  const double q = static_cast<uint32_t>(sum_of(squares, inner));
  const double deviation2 = area * q - s * s;
  flat = false;
  if (deviation2 <= 0) return 1;
  const auto factor = static_cast<float>(1 / std::sqrt(deviation2));
  flat = area * static_cast<double>(factor) >= 0.1;
  return factor;
}

}  // namespace fer::cascade
