// Letters in pictures.
#include "tools/cli/tiny_font.h"

#include <gtest/gtest.h>

namespace fer::cli {
namespace {

// A white picture with the text at (y, x), row by row: # is black.
std::string drawn(const std::string& text, int64_t height, int64_t width, int64_t y = 0, int64_t x = 0,
                  int64_t scale = 1) {
  Image image = {height, width, 1, std::vector<uint8_t>(static_cast<size_t>(height * width), 255)};
  draw_text(image, text, y, x, scale);
  std::string rows;
  for (int64_t i = 0; i < height * width; ++i) {
    rows += image.pixels[static_cast<size_t>(i)] == 0 ? '#' : '.';
    if (i % width == width - 1) rows += '\n';
  }
  return rows;
}

TEST(TinyFont, DrawsLettersInEitherCase) {
  const std::string hi =
      "#.#.###\n"
      "#.#..#.\n"
      "###..#.\n"
      "#.#..#.\n"
      "#.#.###\n";
  EXPECT_EQ(drawn("HI", 5, 7), hi);
  EXPECT_EQ(drawn("hi", 5, 7), hi);
}

TEST(TinyFont, WhatDoesNotFitIsCutOffAndWhatHasNoFormIsBlank) {
  EXPECT_EQ(drawn("HI", 2, 5), "#.#.#\n#.#..\n");
  EXPECT_EQ(drawn("?", 5, 3), "...\n...\n...\n...\n...\n");
  EXPECT_EQ(drawn("1", 3, 4, 1, 1), "....\n..#.\n.##.\n");
}

TEST(TinyFont, IsScaledAndBlackInEveryChannel) {
  EXPECT_EQ(drawn("-", 10, 6, 0, 0, 2),
            "......\n......\n......\n......\n######\n######\n......\n......\n......\n......\n");
  Image image = {5, 3, 3, std::vector<uint8_t>(45, 255)};
  draw_text(image, "I", 0, 0, 1);
  for (int c = 0; c < 3; ++c) EXPECT_EQ(image.pixels[static_cast<size_t>(c)], 0);
}

}  // namespace
}  // namespace fer::cli
