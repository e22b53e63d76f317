#include "data/batches.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "fer/image.h"
#include "fer/threads.h"
#include "image/pixels.h"

namespace fer::data {
namespace {

Dataset striped(int64_t n) {
  Dataset data;
  data.height = 6;
  data.width = 5;
  for (int64_t i = 0; i < n * 30; ++i) data.pixels.push_back(static_cast<uint8_t>(i * 37 + i / 30));
  return data;
}

std::vector<float> batch(const Dataset& data, const std::vector<int64_t>& rows, const BatchRecipe& recipe,
                         int threads = 1) {
  std::vector<float> out(rows.size() * 30, -1);
  set_num_threads(threads);
  fill_batch(data, rows, recipe, out);
  set_num_threads(0);
  return out;
}

TEST(Batches, OrderIsAPermutationOfTheRows) {
  std::vector<int64_t> rows = {5, 9, 2, 40, 41, 42, 7};
  std::vector<int64_t> order = pass_order(rows, 3, 1);
  EXPECT_NE(order, rows);
  std::sort(order.begin(), order.end());
  std::sort(rows.begin(), rows.end());
  EXPECT_EQ(order, rows);
  EXPECT_TRUE(pass_order({}, 3, 1).empty());
}

TEST(Batches, OrderDependsOnSeedAndEpochAlone) {
  std::vector<int64_t> rows(100);
  for (size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<int64_t>(i);
  EXPECT_EQ(pass_order(rows, 3, 1), pass_order(rows, 3, 1));
  EXPECT_NE(pass_order(rows, 3, 1), pass_order(rows, 3, 2));
  EXPECT_NE(pass_order(rows, 3, 1), pass_order(rows, 4, 1));
}

TEST(Batches, HoldScaledAndShiftedPixels) {
  const Dataset data = striped(10);
  const std::vector<int64_t> rows = {7, 0, 9, 7};
  const auto out = batch(data, rows, {.scale = 2.0f / 255.0f, .shift = -1.0f});
  for (size_t i = 0; i < rows.size(); ++i) {
    for (size_t p = 0; p < 30; ++p) {
      EXPECT_EQ(out[i * 30 + p], static_cast<float>(data.picture(rows[i])[p]) * (2.0f / 255.0f) + -1.0f);
    }
  }
}

TEST(Batches, AugmentEachPictureByItsRowWhereverItStands) {
  const Dataset data = striped(40);
  const BatchRecipe recipe = {
      .augment = {.horizontal_flip = true, .width_shift = 0.2, .height_shift = 0.2, .rotation_deg = 20, .zoom = 0.2},
      .seed = 8,
      .pass = 3};
  std::vector<int64_t> rows;
  for (int64_t i = 0; i < 40; ++i) rows.push_back(39 - i);
  const auto all = batch(data, rows, recipe);
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto alone = batch(data, {rows[i]}, recipe);
    EXPECT_TRUE(std::equal(alone.begin(), alone.end(), all.begin() + static_cast<int64_t>(i) * 30)) << i;
  }
  EXPECT_NE(all, batch(data, rows, {.augment = recipe.augment, .seed = 8, .pass = 4}));
  EXPECT_NE(all, batch(data, rows, {}));
}

TEST(Batches, HaveTheSameBitsForAnyNumberOfThreads) {
  const Dataset data = striped(70);
  std::vector<int64_t> rows;
  for (int64_t i = 0; i < 67; ++i) rows.push_back(i);
  for (const bool flip : {false, true}) {
    const BatchRecipe recipe = {.augment = {.horizontal_flip = flip, .rotation_deg = flip ? 5.0 : 0.0}};
    EXPECT_EQ(batch(data, rows, recipe, 1), batch(data, rows, recipe, 2));
    EXPECT_EQ(batch(data, rows, recipe, 1), batch(data, rows, recipe, 5));
  }
}

TEST(Batches, AFlipAloneGivesThePixelsThemselves) {
  const Dataset data = striped(20);
  const BatchRecipe recipe = {.augment = {.horizontal_flip = true}, .seed = 1};
  int mirrored = 0;
  for (int64_t row = 0; row < 20; ++row) {
    const auto plain = batch(data, {row}, {}), found = batch(data, {row}, recipe);
    auto mirror = plain;
    for (size_t y = 0; y < 6; ++y)
      std::reverse(mirror.begin() + static_cast<int64_t>(y) * 5, mirror.begin() + static_cast<int64_t>(y + 1) * 5);
    EXPECT_TRUE(found == plain || found == mirror);
    mirrored += found == mirror;
  }
  EXPECT_GT(mirrored, 2);
  EXPECT_LT(mirrored, 18);
}

TEST(Batches, WithoutAnAugmentationTakeTheCentre) {
  const Dataset data = striped(3);
  std::vector<float> out(2 * 4 * 3, -1);
  fill_batch(data, std::vector<int64_t>{2, 0}, {.scale = 2, .shift = 1, .shape = {4, 3, 1}, .resize = {6, 5}}, out);
  for (size_t i = 0; i < 2; ++i) {
    for (size_t y = 0; y < 4; ++y) {
      for (size_t x = 0; x < 3; ++x) {
        const uint8_t pixel = data.picture(i == 0 ? 2 : 0)[(y + 1) * 5 + x + 1];
        EXPECT_EQ(out[(i * 4 + y) * 3 + x], static_cast<float>(pixel) * 2 + 1);
      }
    }
  }
}

TEST(Batches, CropsHaveTheSameBitsForAnyNumberOfThreads) {
  const Dataset data = striped(70);
  std::vector<int64_t> rows;
  for (int64_t i = 0; i < 67; ++i) rows.push_back(66 - i);
  const auto cropped = [&](const Augmentation& augment, int threads) {
    std::vector<float> out(rows.size() * 12, -1);
    set_num_threads(threads);
    fill_batch(data, rows, {.augment = augment, .pass = 4, .shape = {4, 3, 1}, .resize = {6, 5}}, out);
    set_num_threads(0);
    return out;
  };
  for (const Augmentation& augment :
       {Augmentation{.crop = {4, 3}}, Augmentation{.rotation_deg = 9, .random_resized_crop = true}}) {
    EXPECT_EQ(cropped(augment, 1), cropped(augment, 2));
    EXPECT_EQ(cropped(augment, 1), cropped(augment, 5));
  }
}

// The picture is equalised, then changed, then standardised.
TEST(Batches, EqualiseFirstAndStandardiseLast) {
  const Dataset data = striped(4);
  Dataset equalised = data;
  for (int64_t i = 0; i < 4; ++i) equalize_histogram(std::span(equalised.pixels).subspan(i * 30, 30), 1);
  ASSERT_NE(equalised.pixels, data.pixels);
  for (const bool changed : {false, true}) {
    BatchRecipe recipe = {.scale = 1,
                          .augment = {.rotation_deg = changed ? 20.0 : 0.0, .brightness = changed ? 0.5 : 0}};
    std::vector<float> expected = batch(equalised, {2}, recipe);
    image::standardize(expected);
    for (float& value : expected) value = value * 3.0f + 1.0f;
    recipe.equalize = recipe.standardize = true;
    recipe.scale = 3;
    recipe.shift = 1;
    EXPECT_EQ(batch(data, {2}, recipe), expected);
    EXPECT_EQ(batch(data, {0, 1, 2, 3}, recipe, 3), batch(data, {0, 1, 2, 3}, recipe, 1));
  }
}

}  // namespace
}  // namespace fer::data
