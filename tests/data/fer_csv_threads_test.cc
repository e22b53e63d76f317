// The reader gives the same rows and the same complaint for any number of threads.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "fer/threads.h"
#include "tests/data/csv_text.h"

namespace fer::test {
namespace {

// Past one window of chunks (16 MiB), and how the file is cut into rows.
struct LongFile {
  std::string text = "emotion,pixels,Usage\n";
  std::vector<size_t> begins;
};

const LongFile& long_file() {
  static const LongFile file = [] {
    LongFile f;
    std::vector<std::string> rows;
    for (int i = 0; i < 42; ++i) rows.push_back(row_text(i) + (i % 5 == 0 ? "\r\n" : "\n"));
    for (int i = 0; i < 2400; ++i) {
      f.begins.push_back(f.text.size());
      f.text += rows[static_cast<size_t>(i * i % 42)];
    }
    return f;
  }();
  return file;
}

class Threads {
 public:
  explicit Threads(int n) { set_num_threads(n); }
  ~Threads() { set_num_threads(0); }
};

TEST(FerCsvThreads, GiveTheSameRows) {
  const LongFile& file = long_file();
  ASSERT_GT(file.text.size(), size_t{64} << 18);
  for (const int threads : {1, 2, 5}) {
    const Threads set(threads);
    const Dataset data = parse_fer_csv(file.text, "f.csv");
    ASSERT_EQ(data.size(), 2400);
    for (int i = 0; i < 2400; ++i) {
      const int row = i * i % 42;
      const auto at = static_cast<size_t>(i);
      ASSERT_EQ(data.labels[at], row % 7);
      ASSERT_EQ(data.usage[at], static_cast<Usage>(row % 3));
      ASSERT_EQ(data.picture(i)[0], pixel_value(row, 0));
      ASSERT_EQ(data.picture(i)[2303], pixel_value(row, 2303));
    }
  }
}

TEST(FerCsvThreads, ReportTheFirstOfSeveralMistakes) {
  std::mt19937 random(7);
  for (int trial = 0; trial < 4; ++trial) {
    std::string text = long_file().text;
    size_t first = 2400;
    for (int mistakes = 0; mistakes < 5; ++mistakes) {
      const size_t row = random() % 2400;
      text[long_file().begins[row]] = '9';
      first = std::min(first, row);
    }
    for (const int threads : {1, 2, 5}) {
      const Threads set(threads);
      EXPECT_EQ(message_of(text),
                "f.csv:" + std::to_string(first + 2) + ":1: emotion, expected a whole number of 0 to 7, found \"9\"");
    }
  }
}

TEST(FerCsvThreads, ReportTheFirstMistakeWhereAQuoteStaysOpen) {
  std::string text = long_file().text;
  text[long_file().begins[1200]] = '"';
  for (const int threads : {1, 2}) {
    const Threads set(threads);
    EXPECT_EQ(message_of(text),
              "f.csv:1202:1: quoted field, expected its closing quote on the same line, found the end of the line");
  }
}

// Rows begin just before, on and just behind a chunk's border (256 KiB from the end of the header).
TEST(FerCsvThreads, LoseNoRowAtABorderOfChunks) {
  const std::string header = "note,emotion,pixels\n";
  constexpr size_t kBorder = size_t{1} << 18;
  std::vector<size_t> begins;
  std::string rows;
  for (int i = 0; i < 50; ++i) {
    begins.push_back(rows.size());
    rows += "n," + std::to_string(i % 7) + "," + pixel_text(i) + "\n";
  }
  size_t before = 0;
  while (begins[before + 1] < kBorder - 3) ++before;
  for (size_t begin = kBorder - 3; begin <= kBorder + 3; ++begin) {
    const std::string note(begin - begins[before], 'n');  // moves row `before` to `begin`
    const std::string text = header + note + rows;
    const Dataset data = parse_fer_csv(text, "f.csv");
    ASSERT_EQ(data.size(), 50);
    for (int i = 0; i < 50; ++i) ASSERT_EQ(data.labels[static_cast<size_t>(i)], i % 7);
    for (const size_t row : {before - 1, before, before + 1}) {
      std::string bad = text;
      bad[header.size() + note.size() + begins[row] + 2] = '8';
      EXPECT_EQ(message_of(bad),
                "f.csv:" + std::to_string(row + 2) + ":3: emotion, expected a whole number of 0 to 7, found \"8\"");
    }
  }
}

}  // namespace
}  // namespace fer::test
