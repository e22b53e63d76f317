#include "image/draw/font.h"

#include <gtest/gtest.h>

#include <set>

namespace fer::image {
namespace {

TEST(Font, EveryPrintableCharacterHasAFormOfItsOwnWithinTheLine) {
  std::set<std::vector<std::pair<double, double>>> forms;
  for (char32_t c = U'!'; c <= U'~'; ++c) {
    const Glyph& glyph = glyph_of(c);
    ASSERT_FALSE(glyph.strokes.empty()) << static_cast<int>(c);
    std::vector<std::pair<double, double>> points;
    for (const auto& stroke : glyph.strokes) {
      ASSERT_FALSE(stroke.empty()) << static_cast<int>(c);
      for (const PicturePoint& p : stroke) {
        EXPECT_GE(p.x, 0) << static_cast<int>(c);
        EXPECT_LE(p.x, glyph.advance) << static_cast<int>(c);
        EXPECT_GE(p.y, 0) << static_cast<int>(c);
        EXPECT_LE(p.y, 16) << static_cast<int>(c);
        points.emplace_back(p.x, p.y);
      }
    }
    // (l and I may look alike.)
    const bool is_new = forms.insert(points).second;
    EXPECT_TRUE(is_new || c == U'l') << static_cast<int>(c);
  }
}

TEST(Font, ABlankIsWideAndEmptyAndAnUnknownCharacterIsABox) {
  EXPECT_TRUE(glyph_of(U' ').strokes.empty());
  EXPECT_GT(glyph_of(U' ').advance, 0);
  EXPECT_EQ(&glyph_of(U'\u00f6'), &glyph_of(U'\n'));
  EXPECT_EQ(glyph_of(U'\u00f6').strokes.size(), 1u);
}

TEST(Font, CharactersOfUtf8AreTakenWholeAndOtherBytesOneByOne) {
  std::string_view text = "a\xc3\xb6\xf0\x9f\x98\x80\xff\xc3(\xe2\x82";
  std::vector<char32_t> characters;
  while (!text.empty()) characters.push_back(next_character(text));
  EXPECT_EQ(characters, (std::vector<char32_t>{U'a', U'\u00f6', U'\U0001f600', 0xfffd, 0xfffd, U'(', 0xfffd, 0xfffd}));
}

}  // namespace
}  // namespace fer::image
