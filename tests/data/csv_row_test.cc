// The header and the rows of fer2013.csv, a line at a time.
#include <gtest/gtest.h>

#include "tests/data/csv_text.h"

namespace fer::test {
namespace {

TEST(CsvRow, RefusesAnEmotionThatIsNoNumberOfAClass) {
  for (const std::string text : {"8", "9", "77", "-1", "1.0", "00", "+1"}) {
    EXPECT_EQ(message_of("pixels,emotion\n" + pixel_text(0) + "," + text + "\n"),
              "f.csv:2:" + std::to_string(pixel_text(0).size() + 2) +
                  ": emotion, expected a whole number of 0 to 7, found \"" + text + "\"");
  }
  EXPECT_EQ(message_of("emotion,pixels\n," + pixel_text(0) + "\n"),
            "f.csv:2:1: emotion, expected a whole number of 0 to 7, found nothing");
}

TEST(CsvRow, RefusesAnUnknownUsage) {
  EXPECT_EQ(message_of("Usage,emotion,pixels\nTest,0," + pixel_text(0) + "\n"),
            "f.csv:2:1: Usage, expected Training, PublicTest or PrivateTest, found \"Test\"");
  EXPECT_EQ(message_of("emotion,Usage,pixels\n0,training," + pixel_text(0) + "\n"),
            "f.csv:2:3: Usage, expected Training, PublicTest or PrivateTest, found \"training\"");
}

TEST(CsvRow, RefusesAMissingColumn) {
  EXPECT_EQ(message_of("emotion,Usage\n0,Training\n"),
            "f.csv:1:1: header, expected a column named pixels, found \"emotion,Usage\"");
  EXPECT_EQ(message_of("pixels,Usage\n" + pixel_text(0) + ",Training\n"),
            "f.csv:1:1: header, expected a column named emotion, found \"pixels,Usage\"");
  EXPECT_EQ(message_of(row_text(0) + "\n"),
            "f.csv:1:1: header, expected a column named pixels, found \"" + row_text(0).substr(0, 24) + "...\"");
}

TEST(CsvRow, RefusesAColumnTwice) {
  EXPECT_EQ(message_of("emotion,pixels, Emotion\n"),
            "f.csv:1:17: header, expected each column once, found \"Emotion\" again");
  EXPECT_EQ(message_of("id,emotion,pixels,id\n"), "f.csv:1:19: header, expected each column once, found \"id\" again");
}

TEST(CsvRow, RefusesARowWithTooFewOrTooManyFields) {
  const std::string row = "0," + pixel_text(0);
  EXPECT_EQ(message_of("emotion,pixels,Usage\n" + row + "\n" + row_text(1) + "\n"),
            "f.csv:2:" + std::to_string(row.size() + 1) + ": row, expected 3 fields as in the header, found 2");
  EXPECT_EQ(message_of("emotion,pixels\n" + row + ",\n"),
            "f.csv:2:" + std::to_string(row.size() + 2) + ": row, expected 2 fields as in the header, found more");
}

TEST(CsvRow, TakesColumnsInAnyOrder) {
  const std::string p = pixel_text(4);
  for (const std::string& text :
       {"emotion,pixels,Usage\n2," + p + ",PrivateTest", "emotion,Usage,pixels\n2,PrivateTest," + p,
        "pixels,emotion,Usage\n" + p + ",2,PrivateTest", "pixels,Usage,emotion\n" + p + ",PrivateTest,2",
        "Usage,emotion,pixels\nPrivateTest,2," + p, "Usage,pixels,emotion\nPrivateTest," + p + ",2"}) {
    SCOPED_TRACE(text.substr(0, 24));
    const Dataset data = parse_fer_csv(text, "f.csv");
    ASSERT_EQ(data.size(), 1);
    expect_row(data, 0, 4);
    EXPECT_EQ(data.labels[0], 2);
    EXPECT_EQ(data.usage[0], Usage::kPrivateTest);
  }
}

TEST(CsvRow, SkipsColumnsItDoesNotKnow) {
  const Dataset data =
      parse_fer_csv("id,emotion,\"a, b\",pixels,note\n17,1,\"x, \"\"y\"\"\"," + pixel_text(3) + ",5\" tall\n", "f.csv");
  ASSERT_EQ(data.size(), 1);
  expect_row(data, 0, 3);
  EXPECT_EQ(data.labels[0], 1);
}

}  // namespace
}  // namespace fer::test
