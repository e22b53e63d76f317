// A field of pixels: what it takes and where it finds a mistake.
#include "data/pixel_field.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/data/csv_text.h"

namespace fer::test {
namespace {

// A row in which pixel `at` (0-based) reads `text`; its column in the line goes to `column`.
std::string row_with_pixel(int at, const std::string& text, size_t& column) {
  std::string row = "0,";
  for (int i = 0; i < 48 * 48; ++i) {
    if (i > 0) row += ' ';
    if (i == at) column = row.size() + 1;
    row += i == at ? text : std::to_string(pixel_value(1, i));
  }
  return row;
}

// The message for a file whose third line has such a pixel.
void expect_pixel_refused(int at, const std::string& text, const std::string& found) {
  size_t column = 0;
  const std::string row = row_with_pixel(at, text, column);
  const std::string message =
      message_of("emotion,pixels,Usage\n" + row_text(0) + "\n" + row + ",Training\n" + row_text(1) + "\n");
  EXPECT_EQ(message, "f.csv:3:" + std::to_string(column) + ": pixel " + std::to_string(at + 1) +
                         ", expected a whole number of 0 to 255, found " + found);
}

TEST(PixelField, RefusesARowWith2303Pixels) {
  const std::string row = "0," + pixel_text(1, 2303);
  EXPECT_EQ(message_of("emotion,pixels\n" + row + "\n"),
            "f.csv:2:" + std::to_string(row.size() + 1) + ": pixels of a picture, expected 2304 (48x48), found 2303");
}

TEST(PixelField, RefusesARowWith2305PixelsAtTheFirstThatIsTooMany) {
  const std::string row = "0," + pixel_text(1);
  EXPECT_EQ(message_of("emotion,pixels\n" + row + " 17\n"),
            "f.csv:2:" + std::to_string(row.size() + 2) + ": pixels of a picture, expected 2304 (48x48), found 2305");
}

TEST(PixelField, RefusesAPixelThatIsNoNumberOf0To255) {
  for (const int at : {0, 1, 7, 1000, 2302, 2303}) {
    for (const std::string text : {"256", "300", "999", "-1", "1.5", "abc", "+5", "0x1", "1e2", "1000", "0255", "a"}) {
      SCOPED_TRACE("pixel " + std::to_string(at) + " " + text);
      expect_pixel_refused(at, text, "\"" + text + "\"");
    }
    expect_pixel_refused(at, "12\t", "\"12\\x09\"");
  }
}

TEST(PixelField, RefusesAnyOtherByteInsideThePixels) {
  size_t column = 0;
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    if ((c >= '0' && c <= '9') || c == ' ') continue;
    for (const std::string& text :
         {std::string(1, c), std::string("1") + c, std::string("1") + c + "2", c + std::string("2")}) {
      const std::string row = row_with_pixel(900, text, column);
      EXPECT_NE(message_of("emotion,pixels\n" + row + "\n"), "") << byte;
      EXPECT_NE(message_of("emotion,pixels\n0,\"" + row.substr(2) + "\"\n"), "") << byte;
    }
  }
}

TEST(PixelField, RefusesAnEmptyPixelField) {
  EXPECT_EQ(message_of("emotion,pixels,Usage\n0,,Training\n"),
            "f.csv:2:3: pixels of a picture, expected 2304 (48x48), found 0");
  EXPECT_EQ(message_of("emotion,pixels,Usage\n0,\"\",Training\n"),
            "f.csv:2:4: pixels of a picture, expected 2304 (48x48), found 0");
}

TEST(PixelField, TakesRunsOfSpacesAsOneAndLeadingZeros) {
  std::string pixels = "  007 00  255";
  for (int i = 3; i < 48 * 48; ++i) pixels += i % 2 == 0 ? "  9" : " 010";
  const Dataset data = parse_fer_csv("emotion,pixels\n0," + pixels + " \n", "f.csv");
  ASSERT_EQ(data.size(), 1);
  EXPECT_EQ(data.pixels[0], 7);
  EXPECT_EQ(data.pixels[1], 0);
  EXPECT_EQ(data.pixels[2], 255);
  EXPECT_EQ(data.pixels[3], 10);
  EXPECT_EQ(data.pixels[4], 9);
}

TEST(PixelField, FastAndCarefulPixelsAgreeOnDamagedFields) {
  std::mt19937 random(5);
  const std::string good = pixel_text(3);
  const std::string bytes = "0123456789  ,-.a\"\t\n\r/:\x01\x7f\x80\xb0\xff";
  std::vector<uint8_t> fast(data::csv::kPixels), careful(data::csv::kPixels);
  ASSERT_TRUE(data::csv::parse_pixels_fast(good, fast));
  int taken = 0;
  for (int trial = 0; trial < 4000; ++trial) {
    std::string field = good;
    // Near the ends as often as in the middle.
    const size_t reach = trial % 3 == 0 ? 12 : field.size();
    const size_t at = trial % 2 == 0 ? random() % reach : field.size() - 1 - random() % reach;
    field[at] = bytes[random() % bytes.size()];
    if (trial % 5 == 0) std::swap(field[at], field[(at + 1) % field.size()]);
    const bool is_fast = data::csv::parse_pixels_fast(field, fast);
    const bool is_right = !data::csv::parse_pixels_carefully(field, careful).has_value();
    ASSERT_LE(is_fast, is_right) << "byte " << at;
    if (!is_fast) continue;
    ++taken;
    ASSERT_EQ(fast, careful);
  }
  EXPECT_GT(taken, 500);
}

TEST(PixelField, FastPixelsTakeEveryValueInEveryPlace) {
  std::vector<uint8_t> out(data::csv::kPixels);
  for (int shift = 0; shift < 256; shift += 5) {
    std::string text;
    for (int i = 0; i < 48 * 48; ++i) text += std::to_string((i + shift) % 256) + (i < 48 * 48 - 1 ? " " : "");
    ASSERT_TRUE(data::csv::parse_pixels_fast(text, out));
    for (int i = 0; i < 48 * 48; ++i) ASSERT_EQ(out[static_cast<size_t>(i)], (i + shift) % 256);
  }
}

}  // namespace
}  // namespace fer::test
