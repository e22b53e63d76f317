// The fields of a line of CSV, and the lines of a file.
#include "data/csv_fields.h"

#include <gtest/gtest.h>

#include "tests/data/csv_text.h"
#include "tests/support/message.h"

namespace fer::test {
namespace {

std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string> texts;
  for (data::csv::Fields fields(line); !fields.at_end();) {
    data::csv::Field field;
    EXPECT_FALSE(fields.next(field));
    EXPECT_EQ(line.substr(field.offset, field.text.size()), field.text);
    texts.emplace_back(field.text);
  }
  return texts;
}

TEST(CsvFields, AreWhatStandsBetweenCommas) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(fields_of("a,b"), (Texts{"a", "b"}));
  EXPECT_EQ(fields_of(""), (Texts{""}));
  EXPECT_EQ(fields_of(",a,"), (Texts{"", "a", ""}));
  EXPECT_EQ(fields_of(" \"a,b\" , c "), (Texts{"a,b", " c "}));
  EXPECT_EQ(fields_of("\"\"\"x\"\"\""), (Texts{"\"\"x\"\""}));  // doubled quotes stay, within the field
}

TEST(CsvFields, AreShownAsPrintableTextOfBoundedLength) {
  EXPECT_EQ(data::csv::shown(""), "nothing");
  EXPECT_EQ(data::csv::shown("a\tb\xff"), "\"a\\x09b\\xff\"");
  EXPECT_EQ(data::csv::shown(std::string(30, 'x')), "\"" + std::string(24, 'x') + "...\"");
}

TEST(CsvLines, ComeOneByOneWithTheirNumbers) {
  const std::string text = "\xef\xbb\xbfhead\r\nrow\n\n\n", name = "l.csv";
  const data::MemorySource source(text);
  data::csv::Lines lines(source, name);
  std::string_view line;
  ASSERT_TRUE(lines.next(line));
  EXPECT_EQ(line, "head");
  EXPECT_EQ(lines.number(), 1);
  ASSERT_TRUE(lines.next(line));
  EXPECT_EQ(line, "row");
  EXPECT_EQ(lines.number(), 2);
  EXPECT_FALSE(lines.next(line));
}

TEST(CsvLines, MayOnlyBeEmptyAtTheEnd) {
  const std::string text = "head\n\nrow\n", name = "l.csv";
  const data::MemorySource source(text);
  data::csv::Lines lines(source, name);
  std::string_view line;
  ASSERT_TRUE(lines.next(line));
  EXPECT_EQ(fer::message_of([&] { lines.next(line); }), "l.csv:2:1: row, expected fields, found an empty line");
}

TEST(CsvFields, RefusesANulByteAnywhere) {
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

TEST(CsvFields, RefusesAFieldInQuotesThatGoesOverALineEnd) {
  EXPECT_EQ(message_of("emotion,pixels\n0,\"" + pixel_text(0) + "\n\"\n"),
            "f.csv:2:3: quoted field, expected its closing quote on the same line, found the end of the line");
  EXPECT_EQ(message_of("emotion,pixels,note\n0," + pixel_text(0) + ",\"a\nb\"\n0," + pixel_text(0) + ",c\n"),
            "f.csv:2:" + std::to_string(pixel_text(0).size() + 4) +
                ": quoted field, expected its closing quote on the same line, found the end of the line");
}

TEST(CsvFields, RefusesTextBehindAClosingQuote) {
  EXPECT_EQ(message_of("emotion,pixels\n\"0\"1," + pixel_text(0) + "\n"),
            "f.csv:2:4: closing quote, expected a comma or the end of the line behind it, found \"1\"");
}

TEST(CsvFields, CountsColumnsInBytesFromTheByteOrderMark) {
  EXPECT_EQ(message_of("\xef\xbb\xbf"
                       "emotion,pixels,emotion\n"),
            "f.csv:1:19: header, expected each column once, found \"emotion\" again");
}

TEST(CsvFields, TakesAnyFieldInQuotesOrWithSpacesAroundIt) {
  const Dataset data = parse_fer_csv("\"Emotion\" , PIXELS,\" usage \"\n \"4\" ,  " + pixel_text(3) +
                                         " ,\" Training\"\n 5 ,\" " + pixel_text(6) + "  \", PublicTest \n",
                                     "f.csv");
  ASSERT_EQ(data.size(), 2);
  expect_row(data, 0, 3);
  expect_row(data, 1, 6);
  EXPECT_EQ(data.labels, (std::vector<uint8_t>{4, 5}));
  EXPECT_EQ(data.usage, (std::vector<Usage>{Usage::kTraining, Usage::kPublicTest}));
}

TEST(CsvFields, TakesALineOfTheGreatestLength) {
  const std::string row = "1," + pixel_text(1) + ",";
  const std::string longest = row + std::string(65536 - row.size(), 'x');
  EXPECT_EQ(parse_fer_csv("emotion,pixels,note\n" + longest + "\n" + longest + "\n", "f.csv").size(), 2);
  EXPECT_EQ(message_of("emotion,pixels,note\n" + longest + "\n" + longest + "x\n"),
            "f.csv:3:65537: line, expected at most 65536 bytes, found more");
}

}  // namespace
}  // namespace fer::test
