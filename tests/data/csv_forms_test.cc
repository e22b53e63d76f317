// What the reader of CSV files takes.
#include <gtest/gtest.h>

#include <cstdlib>

#include "fer/threads.h"
#include "tests/data/csv_text.h"

namespace fer::test {
namespace {

void expect_row(const Dataset& data, int64_t at, int seed) {
  const auto picture = data.picture(at);
  for (int i = 0; i < 48 * 48; ++i)
    ASSERT_EQ(picture[static_cast<size_t>(i)], pixel_value(seed, i)) << "row " << at << " pixel " << i;
}

TEST(CsvForms, ReadsFer2013) {
  const Dataset data = parse_fer_csv(csv_text(20), "f.csv");
  ASSERT_EQ(data.size(), 20);
  ASSERT_EQ(data.labels.size(), 20u);
  ASSERT_EQ(data.usage.size(), 20u);
  EXPECT_EQ(data.height, 48);
  EXPECT_EQ(data.width, 48);
  EXPECT_EQ(data.channels, 1);
  EXPECT_EQ(data.class_names, fer2013_class_names());
  for (int i = 0; i < 20; ++i) {
    expect_row(data, i, i);
    EXPECT_EQ(data.labels[static_cast<size_t>(i)], i % 7);
    EXPECT_EQ(data.usage[static_cast<size_t>(i)], static_cast<Usage>(i % 3));
  }
}

TEST(CsvForms, ReadsIcmlFaceDataWithSpacesInItsHeader) {
  const Dataset data = parse_fer_csv("emotion, Usage, pixels\n3,PublicTest," + pixel_text(5) + "\n", "f.csv");
  ASSERT_EQ(data.size(), 1);
  expect_row(data, 0, 5);
  EXPECT_EQ(data.labels[0], 3);
  EXPECT_EQ(data.usage[0], Usage::kPublicTest);
}

TEST(CsvForms, ReadsKagglesTrainWithQuotedPixelsAndNoUsage) {
  const Dataset data =
      parse_fer_csv("emotion,pixels\r\n6,\"" + pixel_text(1) + "\"\r\n0,\"" + pixel_text(2) + "\"\r\n", "f.csv");
  ASSERT_EQ(data.size(), 2);
  expect_row(data, 0, 1);
  expect_row(data, 1, 2);
  EXPECT_EQ(data.labels, (std::vector<uint8_t>{6, 0}));
  EXPECT_EQ(data.usage, (std::vector<Usage>{Usage::kNone, Usage::kNone}));
}

TEST(CsvForms, ReadsKagglesTestWithoutLabelsOnlyWhenAsked) {
  const std::string text = "pixels\n" + pixel_text(9) + "\n";
  const Dataset data = parse_fer_csv(text, "f.csv", false);
  expect_row(data, 0, 9);
  EXPECT_TRUE(data.labels.empty());
  EXPECT_EQ(message_of(text), "f.csv:1:1: header, expected a column named emotion, found \"pixels\"");
}

TEST(CsvForms, ReadsLabelsThatAreNotRequired) {
  EXPECT_EQ(parse_fer_csv(csv_text(3), "f.csv", false).labels, (std::vector<uint8_t>{0, 1, 2}));
}

TEST(CsvForms, TakesColumnsInAnyOrder) {
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

TEST(CsvForms, SkipsColumnsItDoesNotKnow) {
  const Dataset data =
      parse_fer_csv("id,emotion,\"a, b\",pixels,note\n17,1,\"x, \"\"y\"\"\"," + pixel_text(3) + ",5\" tall\n", "f.csv");
  ASSERT_EQ(data.size(), 1);
  expect_row(data, 0, 3);
  EXPECT_EQ(data.labels[0], 1);
}

TEST(CsvForms, TakesAnyFieldInQuotesOrWithSpacesAroundIt) {
  const Dataset data = parse_fer_csv("\"Emotion\" , PIXELS,\" usage \"\n \"4\" ,  " + pixel_text(3) +
                                         " ,\" Training\"\n 5 ,\" " + pixel_text(6) + "  \", PublicTest \n",
                                     "f.csv");
  ASSERT_EQ(data.size(), 2);
  expect_row(data, 0, 3);
  expect_row(data, 1, 6);
  EXPECT_EQ(data.labels, (std::vector<uint8_t>{4, 5}));
  EXPECT_EQ(data.usage, (std::vector<Usage>{Usage::kTraining, Usage::kPublicTest}));
}

TEST(CsvForms, TakesAByteOrderMark) { EXPECT_EQ(parse_fer_csv("\xef\xbb\xbf" + csv_text(2), "f.csv").size(), 2); }

TEST(CsvForms, TakesAMissingOrARepeatedFinalLineEnd) {
  const std::string text = csv_text(3);
  EXPECT_EQ(parse_fer_csv(text.substr(0, text.size() - 1), "f.csv").size(), 3);
  EXPECT_EQ(parse_fer_csv(text + "\n\r\n\n", "f.csv").size(), 3);
}

TEST(CsvForms, TakesRunsOfSpacesAsOneAndLeadingZeros) {
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

TEST(CsvForms, TakesALineOfTheGreatestLength) {
  const std::string row = "1," + pixel_text(1) + ",";
  const std::string longest = row + std::string(65536 - row.size(), 'x');
  EXPECT_EQ(parse_fer_csv("emotion,pixels,note\n" + longest + "\n" + longest + "\n", "f.csv").size(), 2);
  EXPECT_EQ(message_of("emotion,pixels,note\n" + longest + "\n" + longest + "x\n"),
            "f.csv:3:65537: line, expected at most 65536 bytes, found more");
}

TEST(CsvForms, ReadsTheSameFromAFileAsFromMemory) {
  const TemporaryFolder folder;
  const std::string text = csv_text(90);  // three chunks
  const Dataset data = read_fer_csv(folder.write("f.csv", text));
  const Dataset same = parse_fer_csv(text, "f.csv");
  EXPECT_EQ(data.pixels, same.pixels);
  EXPECT_EQ(data.labels, same.labels);
  EXPECT_EQ(data.usage, same.usage);
}

TEST(CsvForms, ReadsTheRealFile) {
  const char* path = std::getenv("FER2013_CSV");
  if (path == nullptr) GTEST_SKIP() << "FER2013_CSV does not name fer2013.csv";
  const Dataset data = read_fer_csv(path);
  EXPECT_EQ(data.size(), 35887);
  EXPECT_EQ(rows_with_usage(data, Usage::kTraining).size(), 28709u);
  EXPECT_EQ(rows_with_usage(data, Usage::kPublicTest).size(), 3589u);
  EXPECT_EQ(rows_with_usage(data, Usage::kPrivateTest).size(), 3589u);
  std::vector<int> counts(7);
  for (const uint8_t label : data.labels) ++counts[label];
  EXPECT_EQ(counts, (std::vector<int>{4953, 547, 5121, 8989, 6077, 4002, 6198}));
}

}  // namespace
}  // namespace fer::test
