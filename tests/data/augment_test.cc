#include "data/augment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <random>

namespace fer::data {
namespace {

constexpr PictureShape kShape = {.height = 7, .width = 5, .channels = 2};

size_t place(const PictureShape& s, int64_t y, int64_t x, int64_t c) {
  return static_cast<size_t>((y * s.width + x) * s.channels + c);
}

std::vector<uint8_t> random_picture(const PictureShape& s) {
  std::mt19937 random(3);
  std::vector<uint8_t> picture(static_cast<size_t>(s.height * s.width * s.channels));
  for (uint8_t& byte : picture) byte = static_cast<uint8_t>(random());
  return picture;
}

std::vector<float> changed(const PictureShape& s, const Change& change, const std::vector<uint8_t>& picture,
                           const Outside& outside = {}) {
  std::vector<float> out(picture.size(), -1);
  change_picture(s, change, outside, picture, out);
  return out;
}

TEST(Augment, WithoutAChangeCopies) {
  const auto picture = random_picture(kShape);
  EXPECT_EQ(changed(kShape, {}, picture), std::vector<float>(picture.begin(), picture.end()));
}

TEST(Augment, AFlipIsAnExactMirrorImage) {
  const auto picture = random_picture(kShape);
  const auto out = changed(kShape, {.flip = true}, picture);
  for (int64_t y = 0; y < 7; ++y) {
    for (int64_t x = 0; x < 5; ++x) {
      for (int64_t c = 0; c < 2; ++c) EXPECT_EQ(out[place(kShape, y, x, c)], picture[place(kShape, y, 4 - x, c)]);
    }
  }
}

TEST(Augment, AShiftByWholeCellsMovesAndRepeatsTheBorder) {
  const auto picture = random_picture(kShape);
  const auto out = changed(kShape, {.dy = -2, .dx = 1}, picture);
  for (int64_t y = 0; y < 7; ++y) {
    for (int64_t x = 0; x < 5; ++x) {
      const int64_t from_y = std::max<int64_t>(y - 2, 0), from_x = std::min<int64_t>(x + 1, 4);
      for (int64_t c = 0; c < 2; ++c) EXPECT_EQ(out[place(kShape, y, x, c)], picture[place(kShape, from_y, from_x, c)]);
    }
  }
}

TEST(Augment, AHalfCellShiftAveragesNeighbours) {
  const PictureShape row = {.height = 1, .width = 4, .channels = 1};
  EXPECT_EQ(changed(row, {.dx = -0.5}, {0, 10, 20, 40}), (std::vector<float>{0, 5, 15, 30}));
}

TEST(Augment, AQuarterTurnIsKeras90Degrees) {
  const PictureShape square = {.height = 3, .width = 3, .channels = 1};
  const auto out = changed(square, {.angle_rad = std::numbers::pi / 2}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  const std::vector<float> expected = {7, 4, 1, 8, 5, 2, 9, 6, 3};
  for (size_t i = 0; i < 9; ++i) EXPECT_NEAR(out[i], expected[i], 1e-5) << i;
}

TEST(Augment, AZoomBelowOneSpreadsTheMiddle) {
  const PictureShape row = {.height = 1, .width = 5, .channels = 1};
  EXPECT_EQ(changed(row, {.zoom_x = 0.5}, {0, 10, 20, 30, 40}), (std::vector<float>{10, 15, 20, 25, 30}));
  EXPECT_EQ(changed(row, {.zoom_x = 2}, {0, 10, 20, 30, 40}), (std::vector<float>{0, 0, 20, 40, 40}));
}

// The cell that a picture without end has at i, as fer/augmentation.h draws it.
int64_t endless(int64_t i, int64_t cells, Fill fill) {
  while (i < 0 || i >= cells) {
    if (fill == Fill::kNearest) i = i < 0 ? 0 : cells - 1;
    if (fill == Fill::kReflect) i = i < 0 ? -1 - i : 2 * cells - 1 - i;
    if (fill == Fill::kWrap) i += i < 0 ? cells : -cells;
  }
  return i;
}

// A value between cells by the four-corner formula, in double.
double value_at(const PictureShape& s, const std::vector<uint8_t>& picture, double y, double x, Fill fill) {
  if (fill == Fill::kConstant && (y < 0 || y > double(s.height - 1) || x < 0 || x > double(s.width - 1))) return 77;
  double sum = 0;
  for (int64_t i = std::llround(std::floor(y)); i <= std::llround(std::floor(y)) + 1; ++i) {
    for (int64_t j = std::llround(std::floor(x)); j <= std::llround(std::floor(x)) + 1; ++j) {
      const double weight = (1 - std::abs(y - static_cast<double>(i))) * (1 - std::abs(x - static_cast<double>(j)));
      if (weight > 0) sum += weight * picture[place(s, endless(i, s.height, fill), endless(j, s.width, fill), 0)];
    }
  }
  return sum;
}

using Matrix = std::array<std::array<double, 3>, 3>;

Matrix times(const Matrix& a, const Matrix& b) {
  Matrix c = {};
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) {
      for (int k = 0; k < 3; ++k) c[i][j] += a[i][k] * b[k][j];
    }
  }
  return c;
}

// The change as Keras writes it: a chain of 3x3 matrices from the new picture's cells to the old one's, in rows and
// columns, moved to the centre; the flip mirrors the result.
TEST(Augment, AgreesWithKerasMatricesWrittenOut) {
  const PictureShape s = {.height = 13, .width = 11, .channels = 1};
  const auto picture = random_picture(s);
  const Change change = {
      .flip = true, .dy = 1.3, .dx = -2.7, .angle_rad = 0.3, .shear_rad = -0.2, .zoom_y = 1.2, .zoom_x = 0.9};
  const double a = 0.3, b = -0.2;
  const Matrix rotation = {{{std::cos(a), -std::sin(a), 0}, {std::sin(a), std::cos(a), 0}, {0, 0, 1}}};
  const Matrix shift = {{{1, 0, 1.3}, {0, 1, -2.7}, {0, 0, 1}}};
  const Matrix shear = {{{1, -std::sin(b), 0}, {0, std::cos(b), 0}, {0, 0, 1}}};
  const Matrix zoom = {{{1.2, 0, 0}, {0, 0.9, 0}, {0, 0, 1}}};
  const Matrix there = {{{1, 0, 6}, {0, 1, 5}, {0, 0, 1}}}, back = {{{1, 0, -6}, {0, 1, -5}, {0, 0, 1}}};
  const Matrix m = times(there, times(times(times(times(rotation, shift), shear), zoom), back));
  for (const Fill fill : {Fill::kNearest, Fill::kConstant, Fill::kReflect, Fill::kWrap}) {
    const auto out = changed(s, change, picture, {fill, 77});
    for (int64_t y = 0; y < s.height; ++y) {
      for (int64_t x = 0; x < s.width; ++x) {
        const auto row = static_cast<double>(y), column = static_cast<double>(s.width - 1 - x);
        const double from_y = m[0][0] * row + m[0][1] * column + m[0][2];
        const double from_x = m[1][0] * row + m[1][1] * column + m[1][2];
        // Shares of a cell in float: 2^-24 of a slope of 255, and a few roundings of 255.
        EXPECT_NEAR(out[place(s, y, x, 0)], value_at(s, picture, from_y, from_x, fill), 255 * 8 * 0x1p-24)
            << fill_name(fill) << " " << y << " " << x;
      }
    }
  }
}

TEST(Augment, FillsAsTheDrawingsSay) {
  const PictureShape row = {.height = 1, .width = 4, .channels = 1};
  const std::vector<uint8_t> abcd = {1, 2, 3, 4};
  const auto filled = [&](Fill fill, double dx) { return changed(row, {.dx = dx}, abcd, {fill, 9}); };
  using Row = std::vector<float>;
  EXPECT_EQ(filled(Fill::kNearest, -3), (Row{1, 1, 1, 1}));
  EXPECT_EQ(filled(Fill::kNearest, 3), (Row{4, 4, 4, 4}));
  EXPECT_EQ(filled(Fill::kConstant, -3), (Row{9, 9, 9, 1}));
  EXPECT_EQ(filled(Fill::kConstant, 3), (Row{4, 9, 9, 9}));
  EXPECT_EQ(filled(Fill::kReflect, -3), (Row{3, 2, 1, 1}));
  EXPECT_EQ(filled(Fill::kReflect, 3), (Row{4, 4, 3, 2}));
  EXPECT_EQ(filled(Fill::kReflect, 7), (Row{1, 1, 2, 3})) << "a whole mirror image away";
  EXPECT_EQ(filled(Fill::kWrap, -3), (Row{2, 3, 4, 1}));
  EXPECT_EQ(filled(Fill::kWrap, 3), (Row{4, 1, 2, 3}));
  EXPECT_EQ(filled(Fill::kWrap, 0.5), (Row{1.5f, 2.5f, 3.5f, 2.5f})) << "between the last cell and the first";
}

constexpr Augmentation kAll = {
    .horizontal_flip = true, .width_shift = 0.1, .height_shift = 0.2, .rotation_deg = 18, .shear_deg = 9, .zoom = 0.2};

TEST(Augment, DrawsAreAFunctionOfSeedPassAndRow) {
  const auto draw = [&](uint64_t seed, int64_t pass, int64_t row) {
    return draw_change(kAll, kShape, {.seed = seed, .pass = pass, .row = row}).angle_rad;
  };
  EXPECT_EQ(draw(1, 2, 3), draw(1, 2, 3));
  EXPECT_NE(draw(1, 2, 3), draw(2, 2, 3));
  EXPECT_NE(draw(1, 2, 3), draw(1, 3, 3));
  EXPECT_NE(draw(1, 2, 3), draw(1, 2, 4));
}

// The furthest of 2000 even draws lies within 1 % of the end but for a chance of e^-20.
void expect_fills(const std::vector<double>& draws, double low, double high, const char* what) {
  const auto [least, most] = std::minmax_element(draws.begin(), draws.end());
  const double margin = 0.01 * (high - low);
  EXPECT_GE(*least, low) << what;
  EXPECT_LE(*least, low + margin) << what;
  EXPECT_LE(*most, high) << what;
  EXPECT_GE(*most, high - margin) << what;
}

TEST(Augment, DrawsFillTheirRangesAndNoMore) {
  const PictureShape s = {.height = 40, .width = 20, .channels = 1};
  std::vector<double> dy, dx, angle, shear, zoom_y, zoom_x;
  int flips = 0;
  for (int64_t row = 0; row < 2000; ++row) {
    const Change c = draw_change(kAll, s, {.seed = 5, .pass = 1, .row = row});
    flips += c.flip;
    dy.push_back(c.dy);
    dx.push_back(c.dx);
    angle.push_back(c.angle_rad);
    shear.push_back(c.shear_rad);
    zoom_y.push_back(c.zoom_y);
    zoom_x.push_back(c.zoom_x);
  }
  EXPECT_NEAR(flips, 1000, 5 * 22.4);  // five standard deviations
  expect_fills(dy, -8, 8, "dy");
  expect_fills(dx, -2, 2, "dx");
  expect_fills(angle, -std::numbers::pi / 10, std::numbers::pi / 10, "angle");
  expect_fills(shear, -std::numbers::pi / 20, std::numbers::pi / 20, "shear");
  expect_fills(zoom_y, 0.8, 1.2, "zoom_y");
  expect_fills(zoom_x, 0.8, 1.2, "zoom_x");
  EXPECT_NE(zoom_y, zoom_x) << "height and width are scaled each by its own factor";
}

TEST(Augment, FlipsAloneCopyPixels) {
  for (int64_t row = 0; row < 50; ++row) {
    EXPECT_TRUE(draw_change({.horizontal_flip = true}, kShape, {.seed = 1, .pass = 1, .row = row}).copies_pixels());
  }
}

// The crop of a picture, with `change` done to the whole of it first.
std::vector<float> cropped(const PictureShape& s, Change change, const Crop& crop,
                           const std::vector<uint8_t>& picture) {
  change.crop = crop;
  std::vector<float> out(static_cast<size_t>(crop.out_height * crop.out_width * s.channels), -1);
  change_picture(s, change, {}, picture, out);
  return out;
}

constexpr Crop kPart = {.top = 2, .left = 1, .height = 4, .width = 3, .out_height = 4, .out_width = 3};

TEST(Augment, ACropIsThePartOfWhatTheChangeMakesOfThePicture) {
  const auto picture = random_picture(kShape);
  const Change changes[] = {{}, {.flip = true}, {.dy = 1.5, .dx = -0.25, .angle_rad = 0.2, .zoom_y = 1.1}};
  for (const Change& change : changes) {
    const auto whole = changed(kShape, change, picture), part = cropped(kShape, change, kPart, picture);
    for (int64_t y = 0; y < 4; ++y) {
      for (int64_t x = 0; x < 3; ++x) {
        for (int64_t c = 0; c < 2; ++c) {
          EXPECT_EQ(part[static_cast<size_t>((y * 3 + x) * 2 + c)], whole[place(kShape, y + 2, x + 1, c)]);
        }
      }
    }
  }
}

TEST(Augment, AScaledCropIsReadWithCentresOfCellsAtHalves) {
  const PictureShape row = {.height = 1, .width = 6, .channels = 1};
  const std::vector<uint8_t> picture = {0, 10, 20, 30, 40, 50};
  const auto scaled = [&](int64_t left, int64_t width, int64_t out, bool flip = false) {
    return cropped(row, {.flip = flip}, {.left = left, .height = 1, .width = width, .out_height = 1, .out_width = out},
                   picture);
  };
  EXPECT_EQ(scaled(1, 4, 2), (std::vector<float>{15, 35})) << "the middle of each pair";
  EXPECT_EQ(scaled(1, 2, 4), (std::vector<float>{7.5f, 12.5f, 17.5f, 22.5f}));
  EXPECT_EQ(scaled(1, 4, 2, true), (std::vector<float>{35, 15}));
  EXPECT_EQ(scaled(0, 4, 2, true), (std::vector<float>{45, 25})) << "the picture is mirrored, then cropped";
}

TEST(Augment, TheCropIsTheCentreUnlessAnotherIsAskedFor) {
  constexpr PictureShape kInput = {.height = 4, .width = 3, .channels = 2};
  const ChangeKey key = {.seed = 1, .pass = 2, .row = 3};
  EXPECT_EQ(draw_change({}, kShape, kInput, key).crop, centre_crop(kShape, kInput));
  const Augmentation random = {.crop = {4, 3}}, resized = {.crop = {4, 3}, .random_resized_crop = true};
  std::vector<Crop> places;
  for (int64_t row = 0; row < 20; ++row) {
    const Change change = draw_change(random, kShape, kInput, {.seed = 1, .pass = 2, .row = row});
    EXPECT_TRUE(change.copies_pixels());
    if (std::find(places.begin(), places.end(), change.crop) == places.end()) places.push_back(change.crop);
  }
  EXPECT_GT(places.size(), 5u);
  EXPECT_TRUE(draw_change(resized, kShape, kInput, key).crop.scales());
}

TEST(Augment, AnAlternatingFlipMirrorsEveryPictureInEveryOtherPass) {
  const Augmentation alternating = {.alternating_flip = true};
  int first = 0;
  for (int64_t row = 0; row < 2000; ++row) {
    const auto flip = [&](int64_t pass) {
      return draw_change(alternating, kShape, {.seed = 5, .pass = pass, .row = row}).flip;
    };
    first += flip(0);
    for (int64_t pass = 0; pass < 6; ++pass) EXPECT_NE(flip(pass), flip(pass + 1));
  }
  EXPECT_NEAR(first, 1000, 5 * 22.4);  // five standard deviations
}

}  // namespace
}  // namespace fer::data
