// What the reader of CSV files refuses, and how it says so.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

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

TEST(CsvErrors, RefusesARowWith2303Pixels) {
  const std::string row = "0," + pixel_text(1, 2303);
  EXPECT_EQ(message_of("emotion,pixels\n" + row + "\n"),
            "f.csv:2:" + std::to_string(row.size() + 1) + ": pixels of a picture, expected 2304 (48x48), found 2303");
}

TEST(CsvErrors, RefusesARowWith2305PixelsAtTheFirstThatIsTooMany) {
  const std::string row = "0," + pixel_text(1);
  EXPECT_EQ(message_of("emotion,pixels\n" + row + " 17\n"),
            "f.csv:2:" + std::to_string(row.size() + 2) + ": pixels of a picture, expected 2304 (48x48), found 2305");
}

TEST(CsvErrors, RefusesAPixelThatIsNoNumberOf0To255) {
  for (const int at : {0, 1, 7, 1000, 2302, 2303}) {
    for (const std::string text : {"256", "300", "999", "-1", "1.5", "abc", "+5", "0x1", "1e2", "1000", "0255", "a"}) {
      SCOPED_TRACE("pixel " + std::to_string(at) + " " + text);
      expect_pixel_refused(at, text, "\"" + text + "\"");
    }
    expect_pixel_refused(at, "12\t", "\"12\\x09\"");
  }
}

TEST(CsvErrors, RefusesAnyOtherByteInsideThePixels) {
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

TEST(CsvErrors, RefusesAnEmptyPixelField) {
  EXPECT_EQ(message_of("emotion,pixels,Usage\n0,,Training\n"),
            "f.csv:2:3: pixels of a picture, expected 2304 (48x48), found 0");
  EXPECT_EQ(message_of("emotion,pixels,Usage\n0,\"\",Training\n"),
            "f.csv:2:4: pixels of a picture, expected 2304 (48x48), found 0");
}

TEST(CsvErrors, RefusesAnEmotionThatIsNotOneOfSeven) {
  for (const std::string text : {"7", "8", "-1", "1.0", "00", "angry", "x"}) {
    EXPECT_EQ(message_of("pixels,emotion\n" + pixel_text(0) + "," + text + "\n"),
              "f.csv:2:" + std::to_string(pixel_text(0).size() + 2) +
                  ": emotion, expected a whole number of 0 to 6, found \"" + text + "\"");
  }
  EXPECT_EQ(message_of("emotion,pixels\n," + pixel_text(0) + "\n"),
            "f.csv:2:1: emotion, expected a whole number of 0 to 6, found nothing");
}

TEST(CsvErrors, RefusesAnUnknownUsage) {
  EXPECT_EQ(message_of("Usage,emotion,pixels\nTest,0," + pixel_text(0) + "\n"),
            "f.csv:2:1: Usage, expected Training, PublicTest or PrivateTest, found \"Test\"");
  EXPECT_EQ(message_of("emotion,Usage,pixels\n0,training," + pixel_text(0) + "\n"),
            "f.csv:2:3: Usage, expected Training, PublicTest or PrivateTest, found \"training\"");
}

TEST(CsvErrors, RefusesAMissingColumn) {
  EXPECT_EQ(message_of("emotion,Usage\n0,Training\n"),
            "f.csv:1:1: header, expected a column named pixels, found \"emotion,Usage\"");
  EXPECT_EQ(message_of("pixels,Usage\n" + pixel_text(0) + ",Training\n"),
            "f.csv:1:1: header, expected a column named emotion, found \"pixels,Usage\"");
  EXPECT_EQ(message_of(row_text(0) + "\n"),
            "f.csv:1:1: header, expected a column named pixels, found \"" + row_text(0).substr(0, 24) + "...\"");
}

TEST(CsvErrors, RefusesAColumnTwice) {
  EXPECT_EQ(message_of("emotion,pixels, Emotion\n"),
            "f.csv:1:17: header, expected each column once, found \"Emotion\" again");
  EXPECT_EQ(message_of("id,emotion,pixels,id\n"), "f.csv:1:19: header, expected each column once, found \"id\" again");
}

TEST(CsvErrors, RefusesAnEmptyFile) {
  EXPECT_EQ(message_of(""), "f.csv:1:1: file, expected a header such as emotion,pixels,Usage, found nothing");
  EXPECT_NE(message_of("\n"), "");
  EXPECT_NE(message_of("\xef\xbb\xbf"), "");
}

TEST(CsvErrors, RefusesAHeaderAlone) {
  for (const std::string text : {"emotion,pixels,Usage", "emotion,pixels,Usage\n", "emotion,pixels,Usage\r\n\r\n\n"}) {
    EXPECT_EQ(message_of(text), "f.csv:2:1: rows, expected at least one below the header, found none");
  }
}

TEST(CsvErrors, RefusesARowWithTooFewOrTooManyFields) {
  const std::string row = "0," + pixel_text(0);
  EXPECT_EQ(message_of("emotion,pixels,Usage\n" + row + "\n" + row_text(1) + "\n"),
            "f.csv:2:" + std::to_string(row.size() + 1) + ": row, expected 3 fields as in the header, found 2");
  EXPECT_EQ(message_of("emotion,pixels\n" + row + ",\n"),
            "f.csv:2:" + std::to_string(row.size() + 2) + ": row, expected 2 fields as in the header, found more");
}

TEST(CsvErrors, RefusesABlankLineBetweenRows) {
  EXPECT_EQ(message_of("emotion,pixels,Usage\n" + row_text(0) + "\n\n" + row_text(1) + "\n"),
            "f.csv:3:1: emotion, expected a whole number of 0 to 6, found nothing");
}

TEST(CsvErrors, RefusesALastRowCutOffAnywhereBeforeItsLastByte) {
  const std::string whole = csv_text(2);
  const size_t last_row = csv_text(1).size();
  for (size_t size = last_row + 1; size + 1 < whole.size(); size += size + 20 < whole.size() ? 97 : 1) {
    const std::string message = message_of(std::string_view(whole).substr(0, size));
    EXPECT_EQ(message.rfind("f.csv:3:", 0), 0u) << size << " bytes: " << message;
    EXPECT_NE(message.find("(the file ends in this line: is it whole?)"), std::string::npos) << message;
  }
}

TEST(CsvErrors, RefusesANulByteAnywhere) {
  const std::string text = "id,emotion,pixels,Usage\nabc," + row_text(0) + "\n";
  for (const size_t at :
       {size_t{0}, size_t{1}, size_t{5}, size_t{23}, size_t{25}, size_t{28}, size_t{31}, text.size() - 4}) {
    std::string with_nul = text;
    with_nul[at] = '\0';
    EXPECT_NE(message_of(with_nul), "") << at;
  }
  std::string in_skipped = text;
  in_skipped[25] = '\0';
  EXPECT_EQ(message_of(in_skipped), "f.csv:2:2: field, expected text, found \"\\x00\"");
}

TEST(CsvErrors, RefusesAFieldInQuotesThatGoesOverALineEnd) {
  EXPECT_EQ(message_of("emotion,pixels\n0,\"" + pixel_text(0) + "\n\"\n"),
            "f.csv:2:3: quoted field, expected its closing quote on the same line, found the end of the line");
  EXPECT_EQ(message_of("emotion,pixels,note\n0," + pixel_text(0) + ",\"a\nb\"\n0," + pixel_text(0) + ",c\n"),
            "f.csv:2:" + std::to_string(pixel_text(0).size() + 4) +
                ": quoted field, expected its closing quote on the same line, found the end of the line");
}

TEST(CsvErrors, RefusesTextBehindAClosingQuote) {
  EXPECT_EQ(message_of("emotion,pixels\n\"0\"1," + pixel_text(0) + "\n"),
            "f.csv:2:4: closing quote, expected a comma or the end of the line behind it, found \"1\"");
}

TEST(CsvErrors, CountsColumnsInBytesFromTheByteOrderMark) {
  EXPECT_EQ(message_of("\xef\xbb\xbf"
                       "emotion,pixels,emotion\n"),
            "f.csv:1:19: header, expected each column once, found \"emotion\" again");
}

TEST(CsvErrors, RefusesADirectoryAPipeAndAFileThatIsNotThere) {
  const TemporaryFolder folder;
  const std::string inner = folder.file("folder.csv");
  std::filesystem::create_directory(inner);
  EXPECT_EQ(read_message_of(inner), inner + ": expected a CSV file, found a directory");
  const std::string pipe = folder.file("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(read_message_of(pipe), pipe + ": expected a CSV file, found a pipe");
  EXPECT_EQ(read_message_of(folder.file("none.csv")),
            folder.file("none.csv") + ": cannot be read: No such file or directory");
}

TEST(CsvErrors, RefusesAFileItMayNotRead) {
  const TemporaryFolder folder;
  const std::string path = folder.write("secret.csv", csv_text(1));
  ASSERT_EQ(chmod(path.c_str(), 0), 0);
  const bool root = geteuid() == 0;  // who may read every file: be nobody for a moment
  ASSERT_EQ(root ? seteuid(65534) : 0, 0);
  const std::string message = read_message_of(path);
  ASSERT_EQ(root ? seteuid(0) : 0, 0);
  EXPECT_EQ(message, path + ": cannot be read: Permission denied");
}

TEST(CsvErrors, RefusesALineOf10GBWithoutReadingIt) {
  const TemporaryFolder folder;
  const std::string path = folder.write("huge.csv", "");
  std::filesystem::resize_file(path, 10'000'000'000);
  EXPECT_EQ(read_message_of(path), path + ":1:65537: line, expected at most 65536 bytes, found more");
  folder.write("huge.csv", csv_text(2));
  std::filesystem::resize_file(path, 10'000'000'000);
  EXPECT_EQ(read_message_of(path), path + ":4:65537: line, expected at most 65536 bytes, found more");
}

}  // namespace
}  // namespace fer::test
