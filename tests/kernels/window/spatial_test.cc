#include "kernels/window/spatial.h"

#include <gtest/gtest.h>

#include <array>

#include "kernels/reference/spatial.h"
#include "tests/kernels/on_targets.h"

namespace fer::testing {
namespace {

namespace reference = kernels::reference;

TEST(Spatial, ZeroPaddingMovesEveryCell) {
  for (const int64_t pad : {0, 1, 3}) {
    for (const int64_t c : {1, 3, 17}) {
      const kernels::PadShape s{.n = 3, .h = 4, .w = 5, .c = c, .pad = pad};
      Draw draw(500);
      const std::vector<float> x = draw.values(s.n * s.h * s.w * c),
                               dy = draw.values(s.n * (s.h + 2 * pad) * (s.w + 2 * pad) * c);
      on_every_target(
          "zero_pad", 0,
          [&] {
            Results r = {unwritten(static_cast<int64_t>(dy.size())), unwritten(static_cast<int64_t>(x.size()))};
            kernels::zero_pad_forward(s, x, r[0]);
            kernels::zero_pad_backward(s, dy, r[1]);
            return r;
          },
          [&](const Results& r) {
            expect_same_bits(r[0], reference::zero_pad_forward(s, x), "y of zero_pad");
            expect_same_bits(r[1], reference::zero_pad_backward(s, dy), "dx of zero_pad");
          });
    }
  }
}

TEST(Spatial, CroppingKeepsTheCellsInside) {
  for (const auto& [top, bottom, left, right] : {std::array<int64_t, 4>{0, 0, 0, 0}, {1, 0, 0, 2}, {2, 1, 3, 1}}) {
    for (const int64_t c : {1, 3, 17}) {
      const kernels::CropShape s{
          .n = 3, .h = 4, .w = 5, .c = c, .top = top, .bottom = bottom, .left = left, .right = right};
      Draw draw(504);
      const std::vector<float> x = draw.values(s.n * s.h * s.w * c),
                               dy = draw.values(s.n * (s.h - top - bottom) * (s.w - left - right) * c);
      on_every_target(
          "crop", 0,
          [&] {
            Results r = {unwritten(static_cast<int64_t>(dy.size())), unwritten(static_cast<int64_t>(x.size()))};
            kernels::crop_forward(s, x, r[0]);
            kernels::crop_backward(s, dy, r[1]);
            return r;
          },
          [&](const Results& r) {
            expect_same_bits(r[0], reference::crop_forward(s, x), "y of crop");
            expect_same_bits(r[1], reference::crop_backward(s, dy), "dx of crop");
          });
    }
  }
}

TEST(Spatial, UpsamplingRepeatsEveryCell) {
  for (const auto& [rows, columns] : {std::array<int64_t, 2>{1, 1}, {2, 2}, {3, 1}, {1, 4}}) {
    for (const int64_t c : {1, 3, 17}) {
      const kernels::UpSampleShape s{.n = 3, .h = 4, .w = 5, .c = c, .rows = rows, .columns = columns};
      Draw draw(505);
      const std::vector<float> x = draw.values(s.n * s.h * s.w * c),
                               dy = draw.values(s.n * s.h * rows * s.w * columns * c);
      const auto dx = reference::upsample_backward(s, as_doubles(dy)),
                 dx_size = reference::upsample_backward(s, magnitudes_of(dy));
      const auto cells = static_cast<double>(rows * columns);
      on_every_target(
          "upsample", 0,
          [&] {
            Results r = {unwritten(static_cast<int64_t>(dy.size())), unwritten(static_cast<int64_t>(x.size()))};
            kernels::upsample_forward(s, x, r[0]);
            kernels::upsample_backward(s, dy, r[1]);
            return r;
          },
          [&](const Results& r) {
            expect_same_bits(r[0], reference::upsample_forward(s, x), "y of upsample");
            expect_sums(r[1], dx, dx_size, cells, "dx of upsample");
          });
    }
  }
}

TEST(Spatial, UpsamplingAndCroppingOfAPictureByHand) {
  const std::vector<float> x = {1, 2, 3, 4};
  std::vector<float> wide(12), back(4), corner(1);
  kernels::upsample_forward({.n = 1, .h = 2, .w = 2, .c = 1, .rows = 1, .columns = 3}, x, wide);
  EXPECT_EQ(wide, (std::vector<float>{1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4}));
  kernels::upsample_backward({.n = 1, .h = 2, .w = 2, .c = 1, .rows = 1, .columns = 3}, wide, back);
  EXPECT_EQ(back, (std::vector<float>{3, 6, 9, 12}));
  kernels::crop_forward({.n = 1, .h = 2, .w = 2, .c = 1, .top = 1, .right = 1}, x, corner);
  EXPECT_EQ(corner, std::vector<float>{3});
  kernels::crop_backward({.n = 1, .h = 2, .w = 2, .c = 1, .top = 1, .right = 1}, corner, back);
  EXPECT_EQ(back, (std::vector<float>{0, 0, 3, 0}));
}

void check_resize(const kernels::ResizeShape& s) {
  const std::string what = fmt::format("resize [{}, {}] to [{}, {}]", s.h, s.w, s.oh, s.ow);
  Draw draw(501);
  const std::vector<float> x = draw.values(s.n * s.h * s.w * s.c), dy = draw.values(s.n * s.oh * s.ow * s.c);
  const auto y = reference::resize_bilinear_forward(s, as_doubles(x)),
             y_size = reference::resize_bilinear_forward(s, magnitudes_of(x));
  const auto dx = reference::resize_bilinear_backward(s, as_doubles(dy)),
             dx_size = reference::resize_bilinear_backward(s, magnitudes_of(dy));
  // A share is off by a few roundings of 1, whatever its own size, so the largest magnitude counts everywhere.
  const std::vector<double> y_bound(y.size(), largest_magnitude(y_size)),
      dx_bound(dx.size(), largest_magnitude(dx_size));
  on_every_target(
      what, 0,
      [&] {
        Results r = {unwritten(static_cast<int64_t>(dy.size())), unwritten(static_cast<int64_t>(x.size()))};
        kernels::resize_bilinear_forward(s, x, r[0]);
        kernels::resize_bilinear_backward(s, dy, r[1]);
        return r;
      },
      [&](const Results& r) {
        expect_sums(r[0], y, y_bound, 12, "y of " + what);
        expect_sums(r[1], dx, dx_bound, 12 + static_cast<double>(4 * (s.oh / s.h + 2) * (s.ow / s.w + 2)),
                    "dx of " + what);
      });
}

TEST(Spatial, ResizingAgreesUpAndDown) {
  for (const int64_t oh : {1, 3, 5, 6, 11, 20})
    for (const int64_t ow : {1, 4, 7, 9}) check_resize({.n = 2, .h = 5, .w = 7, .c = 3, .oh = oh, .ow = ow});
  check_resize({.n = 1, .h = 1, .w = 1, .c = 17, .oh = 3, .ow = 2});
}

TEST(Spatial, ResizingToTheSameSizeChangesNothing) {
  Draw draw(502);
  const kernels::ResizeShape s{.n = 2, .h = 6, .w = 5, .c = 3, .oh = 6, .ow = 5};
  const std::vector<float> x = draw.values(180);
  std::vector<float> y = unwritten(180);
  kernels::resize_bilinear_forward(s, x, y);
  expect_same_bits(y, x, "resize to the same size");
}

TEST(Spatial, DoublingARowPutsQuartersBetweenItsCells) {
  const kernels::ResizeShape s{.n = 1, .h = 1, .w = 2, .c = 1, .oh = 1, .ow = 4};
  const std::vector<float> x = {0, 4};
  std::vector<float> y = unwritten(4);
  kernels::resize_bilinear_forward(s, x, y);
  EXPECT_EQ(y, (std::vector<float>{0, 1, 3, 4}));
}

}  // namespace
}  // namespace fer::testing
