#include "tools/cli/sheet.h"

#include <gtest/gtest.h>

namespace fer::cli {
namespace {

Image plain(int64_t height, int64_t width, uint8_t value) {
  return {height, width, 1, std::vector<uint8_t>(static_cast<size_t>(height * width), value)};
}

TEST(Sheet, PicturesStandInRows) {
  const SheetSection section = {"", {{plain(4, 4, 0)}, {plain(4, 4, 0)}, {plain(4, 4, 0)}}};
  const SheetLayout layout = {.columns = 2, .height = 40, .width = 100};
  const Image sheet = sheet_of("", std::span(&section, 1), layout);
  EXPECT_EQ(sheet.width, 2 * 12 + 2 * 100 + 8);
  EXPECT_EQ(sheet.height, 12 + 2 * 48);
  int64_t black = 0;
  for (size_t i = 0; i < sheet.pixels.size(); i += 3) black += sheet.pixels[i] == 0;
  EXPECT_EQ(black, 3 * 40 * 40);  // in their own proportions
}

TEST(Sheet, TextIsBelowThePicturesAndWithinTheirWidth) {
  const SheetSection with = {"heading",
                             {{plain(4, 4, 255), {"a very long name of a file.png", "x"}}, {plain(4, 4, 255)}}};
  const SheetLayout layout = {.columns = 2, .height = 40, .width = 80};
  const Image sheet = sheet_of("title", std::span(&with, 1), layout);
  bool ink_left = false, ink_right = false;
  const int64_t top = 12 + 30 + 24 + 40;  // below the pictures
  for (int64_t y = top; y < sheet.height; ++y) {
    for (int64_t x = 0; x < sheet.width; ++x) {
      const bool ink = sheet.pixels[static_cast<size_t>(3 * (y * sheet.width + x))] < 128;
      ink_left |= ink && x < 12 + 80;
      ink_right |= ink && x >= 12 + 80 + 8;
    }
  }
  EXPECT_TRUE(ink_left);
  EXPECT_FALSE(ink_right);
}

TEST(Sheet, CellsAreEnlargedByWholeNumbers) {
  const Image two = enlarged({1, 2, 1, {7, 9}}, 2);
  EXPECT_EQ(two.pixels, (std::vector<uint8_t>{7, 7, 9, 9, 7, 7, 9, 9}));
  EXPECT_EQ(columns_for(5), 5);
  EXPECT_EQ(columns_for(32), 8);
  EXPECT_EQ(columns_for(64), 16);
  EXPECT_EQ(columns_for(512), 32);
}

}  // namespace
}  // namespace fer::cli
