// What the reader of CSV files takes, and what it refuses of a file as a whole.
#include "data/fer_csv.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "fer/threads.h"
#include "tests/data/csv_text.h"

namespace fer::test {
namespace {

TEST(FerCsv, ReadsFer2013) {
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

TEST(FerCsv, ReadsIcmlFaceDataWithSpacesInItsHeader) {
  const Dataset data = parse_fer_csv("emotion, Usage, pixels\n3,PublicTest," + pixel_text(5) + "\n", "f.csv");
  ASSERT_EQ(data.size(), 1);
  expect_row(data, 0, 5);
  EXPECT_EQ(data.labels[0], 3);
  EXPECT_EQ(data.usage[0], Usage::kPublicTest);
}

TEST(FerCsv, ReadsKagglesTrainWithQuotedPixelsAndNoUsage) {
  const Dataset data =
      parse_fer_csv("emotion,pixels\r\n6,\"" + pixel_text(1) + "\"\r\n0,\"" + pixel_text(2) + "\"\r\n", "f.csv");
  ASSERT_EQ(data.size(), 2);
  expect_row(data, 0, 1);
  expect_row(data, 1, 2);
  EXPECT_EQ(data.labels, (std::vector<uint8_t>{6, 0}));
  EXPECT_EQ(data.usage, (std::vector<Usage>{Usage::kNone, Usage::kNone}));
}

TEST(FerCsv, ReadsKagglesTestWithoutLabelsOnlyWhenAsked) {
  const std::string text = "pixels\n" + pixel_text(9) + "\n";
  const Dataset data = parse_fer_csv(text, "f.csv", false);
  expect_row(data, 0, 9);
  EXPECT_TRUE(data.labels.empty());
  EXPECT_EQ(message_of(text), "f.csv:1:1: header, expected a column named emotion, found \"pixels\"");
}

TEST(FerCsv, ReadsLabelsThatAreNotRequired) {
  EXPECT_EQ(parse_fer_csv(csv_text(3), "f.csv", false).labels, (std::vector<uint8_t>{0, 1, 2}));
}

TEST(FerCsv, TakesAByteOrderMark) { EXPECT_EQ(parse_fer_csv("\xef\xbb\xbf" + csv_text(2), "f.csv").size(), 2); }

TEST(FerCsv, TakesAMissingOrARepeatedFinalLineEnd) {
  const std::string text = csv_text(3);
  EXPECT_EQ(parse_fer_csv(text.substr(0, text.size() - 1), "f.csv").size(), 3);
  EXPECT_EQ(parse_fer_csv(text + "\n\r\n\n", "f.csv").size(), 3);
}

TEST(FerCsv, ReadsTheSameFromAFileAsFromMemory) {
  const TemporaryFolder folder;
  const std::string text = csv_text(90);  // three chunks
  const Dataset data = read_fer_csv(folder.write("f.csv", text));
  const Dataset same = parse_fer_csv(text, "f.csv");
  EXPECT_EQ(data.pixels, same.pixels);
  EXPECT_EQ(data.labels, same.labels);
  EXPECT_EQ(data.usage, same.usage);
}

TEST(FerCsv, ReadsTheRealFile) {
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

TEST(FerCsv, RefusesAnEmptyFile) {
  EXPECT_EQ(message_of(""), "f.csv:1:1: file, expected a header such as emotion,pixels,Usage, found nothing");
  EXPECT_NE(message_of("\n"), "");
  EXPECT_NE(message_of("\xef\xbb\xbf"), "");
}

TEST(FerCsv, RefusesAHeaderAlone) {
  for (const std::string text : {"emotion,pixels,Usage", "emotion,pixels,Usage\n", "emotion,pixels,Usage\r\n\r\n\n"}) {
    EXPECT_EQ(message_of(text), "f.csv:2:1: rows, expected at least one below the header, found none");
  }
}

TEST(FerCsv, RefusesABlankLineBetweenRows) {
  EXPECT_EQ(message_of("emotion,pixels,Usage\n" + row_text(0) + "\n\n" + row_text(1) + "\n"),
            "f.csv:3:1: emotion, expected a whole number of 0 to 7, found nothing");
}

TEST(FerCsv, RefusesALastRowCutOffAnywhereBeforeItsLastByte) {
  const std::string whole = csv_text(2);
  const size_t last_row = csv_text(1).size();
  for (size_t size = last_row + 1; size + 1 < whole.size(); size += size + 20 < whole.size() ? 97 : 1) {
    const std::string message = message_of(std::string_view(whole).substr(0, size));
    EXPECT_EQ(message.rfind("f.csv:3:", 0), 0u) << size << " bytes: " << message;
    EXPECT_NE(message.find("(the file ends in this line: is it whole?)"), std::string::npos) << message;
  }
}

TEST(FerCsv, RefusesALineOf10GBWithoutReadingIt) {
  const TemporaryFolder folder;
  const std::string path = folder.write("huge.csv", "");
  std::filesystem::resize_file(path, 10'000'000'000);
  EXPECT_EQ(read_message_of(path), path + ": expected a CSV file, found a file of zeros: copy or download it again");
  folder.write("huge.csv", "emotion, pixels");
  std::filesystem::resize_file(path, 10'000'000'000);
  EXPECT_EQ(read_message_of(path), path + ":1:65537: line, expected at most 65536 bytes, found more");
  folder.write("huge.csv", csv_text(2));
  std::filesystem::resize_file(path, 10'000'000'000);
  EXPECT_EQ(read_message_of(path), path + ":4:65537: line, expected at most 65536 bytes, found more");
}

}  // namespace
}  // namespace fer::test
