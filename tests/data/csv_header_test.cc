// The forms of tables of faces: other names of columns, a column per pixel, with and without a header.
#include "data/csv_header.h"

#include <gtest/gtest.h>

#include "tests/data/csv_text.h"
#include "tests/support/message.h"

namespace fer::test {
namespace {

// `count` pixels of pixel_text(seed), with commas between.
std::string columns_text(int seed, int count = 48 * 48, char separator = ',') {
  std::string text = pixel_text(seed, count);
  std::replace(text.begin(), text.end(), ' ', separator);
  return text;
}

std::string wide_header(int count = 48 * 48, const std::string& name = "pixel") {
  std::string text;
  for (int i = 0; i < count; ++i) text += (i > 0 ? "," : "") + name + std::to_string(i);
  return text;
}

std::string wide_message(const std::string& text, const CsvOptions& options = {}) {
  return fer::message_of([&] { parse_table(text, "f.csv", options); });
}

void expect_three_rows(const Dataset& data) {
  ASSERT_EQ(data.size(), 3);
  for (int row = 0; row < 3; ++row) expect_row(data, row, row);
  EXPECT_EQ(data.labels, (std::vector<uint8_t>{4, 0, 6}));
  EXPECT_EQ(data.class_names, fer2013_class_names());
}

TEST(WideTable, HasItsLabelWhereverTheHeaderSays) {
  const int labels[] = {4, 0, 6};
  std::string first = "label," + wide_header() + "\n", last = wide_header() + ",emotion\r\n",
              middle = "id,Emotion," + wide_header() + ",Usage\n";
  for (int row = 0; row < 3; ++row) {
    first += std::to_string(labels[row]) + "," + columns_text(row) + "\n";
    last += columns_text(row) + "," + std::to_string(labels[row]) + "\r\n";
    middle += "7," + std::to_string(labels[row]) + "," + columns_text(row) + "," + usage_of(row) + "\n";
  }
  expect_three_rows(parse_table(first, "f.csv"));
  expect_three_rows(parse_table(last, "f.csv"));
  const Dataset data = parse_table(middle, "f.csv");
  expect_three_rows(data);
  EXPECT_EQ(data.usage, (std::vector<Usage>{Usage::kTraining, Usage::kPublicTest, Usage::kPrivateTest}));
  // By a name that is no usual one; without one it is the only column beside the pixels.
  const std::string other = "feeling" + first.substr(5);
  expect_three_rows(parse_table(other, "f.csv"));
  expect_three_rows(parse_table(other, "f.csv", {.label_column = "Feeling"}));
  expect_three_rows(parse_table(other, "f.csv", {.label_column = "first"}));
  EXPECT_EQ(wide_message(other, {.label_column = "mood"}),
            "f.csv:1:1: header, expected a column of labels named mood (--label-column), found "
            "\"feeling,pixel0,pixel1,pi...\"");
}

TEST(WideTable, WithoutAHeaderHasItsLabelInTheColumnWhereAllAreLabels) {
  const int labels[] = {4, 0, 6};
  std::string first, last;
  for (int row = 0; row < 3; ++row) {
    first += std::to_string(labels[row]) + "," + columns_text(row) + "\n";
    last += columns_text(row) + "," + std::to_string(labels[row]) + "\n";
  }
  expect_three_rows(parse_table(first, "f.csv"));
  expect_three_rows(parse_table(last, "f.csv"));
  expect_three_rows(parse_table("\xef\xbb\xbf" + last, "f.csv"));
  expect_three_rows(parse_table(last, "f.csv", {.label_column = "last"}));
  EXPECT_EQ(wide_message(last, {.label_column = "first"}).substr(0, 60),
            "f.csv:2:1: label, expected a whole number of 0 to 7, found \"");
  // Both might be labels: nothing is chosen silently.
  const std::string both = "0," + columns_text(0, 48 * 48 - 1) + ",5\n";
  EXPECT_EQ(
      wide_message(both),
      "f.csv:1:1: file without a header, expected labels in the first or the last column, found numbers of 0 to 7 "
      "in both: --label-column first or --label-column last says which");
  EXPECT_EQ(parse_table(both, "f.csv", {.label_column = "last"}).labels, std::vector<uint8_t>{5});
  const std::string neither = "90," + columns_text(0, 48 * 48 - 1) + ",50\n";
  EXPECT_NE(wide_message(neither).find("found them in neither"), std::string::npos);
  // Without labels, where none are needed.
  const Dataset bare = parse_table(columns_text(3) + "\n", "f.csv", {.require_labels = false});
  ASSERT_EQ(bare.size(), 1);
  EXPECT_TRUE(bare.labels.empty());
  expect_row(bare, 0, 3);
}

TEST(WideTable, HasSquarePicturesOfAnySizeInGreyOrColour) {
  const Dataset small = parse_table("label," + wide_header(100) + "\n3," + columns_text(1, 100) + "\n", "f.csv");
  EXPECT_EQ(small.height, 10);
  EXPECT_EQ(small.channels, 1);
  EXPECT_EQ(small.picture(0)[99], pixel_value(1, 99));
  const Dataset colour = parse_table("label," + wide_header(300, "") + "\n3," + columns_text(1, 300) + "\n", "f.csv");
  EXPECT_EQ(colour.width, 10);
  EXPECT_EQ(colour.channels, 3);
  EXPECT_EQ(wide_message("label," + wide_header(101) + "\n"),
            "f.csv:1:1: header, expected a column for each pixel of a square picture (2304 for 48x48, 6912 in colour), "
            "found 101");
  // 1x1, 1x2, ...: rows and columns.
  std::string header = "label";
  for (int y = 1; y <= 8; ++y) {
    for (int x = 1; x <= 8; ++x) header += "," + std::to_string(y) + "x" + std::to_string(x);
  }
  EXPECT_EQ(parse_table(header + "\n3," + columns_text(1, 64) + "\n", "f.csv").height, 8);
}

TEST(WideTable, NamesThePixelThatIsNone) {
  std::string row = "3," + columns_text(1, 100);
  row.replace(row.rfind(','), std::string::npos, ",256");
  EXPECT_EQ(
      wide_message("label," + wide_header(100) + "\n" + row + "\n"),
      "f.csv:2:" + std::to_string(row.size() - 2) + ": pixel 100, expected a whole number of 0 to 255, found \"256\"");
  EXPECT_EQ(wide_message("label," + wide_header(100) + "\n3,1,2\n3,1\n"),
            "f.csv:2:6: row, expected 101 fields as in the header, found 3");
  // pandas writes whole numbers so where a column once had a gap.
  std::string points = "label," + wide_header(64) + "\n1";
  for (int i = 0; i < 64; ++i) points += "," + std::to_string(i) + ".0";
  EXPECT_EQ(parse_table(points, "f.csv").picture(0)[63], 63);
  EXPECT_NE(wide_message(points + "1"), "") << "63.01";
  std::string swapped = wide_header(100);
  swapped.replace(swapped.find("pixel7,pixel8"), 13, "pixel8,pixel7");
  EXPECT_EQ(wide_message("label," + swapped + "\n"),
            "f.csv:1:1: header, expected the columns of pixels in rising order, found \"pixel7\" behind \"pixel8\"");
}

TEST(CsvHeader, TakesSemicolonsAndTabs) {
  for (const char separator : {';', '\t'}) {
    std::string text = "emotion,pixels,Usage\n";
    for (int row = 0; row < 5; ++row) text += row_text(row) + "\n";
    std::replace(text.begin(), text.end(), ',', separator);
    const Dataset data = parse_fer_csv(text, "f.csv");
    ASSERT_EQ(data.size(), 5);
    for (int row = 0; row < 5; ++row) expect_row(data, row, row);
    EXPECT_EQ(data.usage[4], Usage::kPublicTest);
  }
  EXPECT_EQ(message_of("emotion;pixels\n\"1\"," + pixel_text(0) + "\n"),
            "f.csv:2:4: closing quote, expected a semicolon or the end of the line behind it, found \",\"");
}

TEST(CsvHeader, TakesOtherNamesOfColumnsAndParts) {
  const Dataset data = parse_fer_csv(
      "label,pixel_values,split\n2," + pixel_text(4) + ",val\n3," + pixel_text(5) + ",PrivateTest\n", "f.csv");
  ASSERT_EQ(data.size(), 2);
  expect_row(data, 1, 5);
  EXPECT_EQ(data.labels, (std::vector<uint8_t>{2, 3}));
  EXPECT_EQ(data.usage, (std::vector<Usage>{Usage::kPublicTest, Usage::kPrivateTest}));
  EXPECT_EQ(message_of("label,pixels,split\n2," + pixel_text(4) + ",rest\n").substr(0, 8), "f.csv:2:");
  EXPECT_NE(message_of("label,pixels,split\n2," + pixel_text(4) + ",rest\n").find("split, expected train, val or test"),
            std::string::npos);
}

}  // namespace
}  // namespace fer::test
