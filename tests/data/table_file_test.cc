// Tables in files of every kind that is read: each gives the same pictures as the plain file.
#include "data/table_file.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "data/unpacking.h"
#include "fer/csv.h"
#include "tests/data/csv_text.h"
#include "tests/support/message.h"

namespace fer::test {
namespace {

class TableFile : public ::testing::Test {
 protected:
  // Whether the shell has what the command needs.
  bool shell(const std::string& command) const {
    return std::system(("cd '" + folder_.file("") + "' && ( " + command + " ) > /dev/null 2>&1").c_str()) == 0;
  }
  void expect_the_same(const std::string& name) const {
    SCOPED_TRACE(name);
    const Dataset data = read_table(folder_.file(name));
    ASSERT_EQ(data.size(), 60);
    EXPECT_TRUE(data.pixels == plain_.pixels);
    EXPECT_EQ(data.labels, plain_.labels);
    EXPECT_EQ(data.usage, plain_.usage);
  }
  std::string table_message(const std::string& name) const {
    return fer::message_of([&] { read_table(folder_.file(name)); });
  }

  TemporaryFolder folder_;
  const Dataset plain_ = read_fer_csv(folder_.write("f.csv", csv_text(60)));
};

TEST_F(TableFile, CompressedByGzip) {
  ASSERT_TRUE(shell("gzip -k f.csv"));
  expect_the_same("f.csv.gz");
  ASSERT_TRUE(shell("gzip -c f.csv.gz > twice"));
  expect_the_same("twice");
  ASSERT_TRUE(shell("cp f.csv.gz a; for i in 1 2 3 4; do gzip a; mv a.gz a; done"));
  EXPECT_EQ(table_message("a"),
            folder_.file("a") + ": expected a CSV file, found archives within archives: unpack it first");
}

TEST_F(TableFile, CompressedByXz) {
  if (!shell("xz -k f.csv")) GTEST_SKIP() << "no xz";
  if (!data::can_unpack_xz()) {
    EXPECT_EQ(table_message("f.csv.xz"),
              folder_.file("f.csv.xz") + ": expected a CSV file, found an xz archive: unpack it first");
    GTEST_SKIP() << "this libfer was built without liblzma";
  }
  expect_the_same("f.csv.xz");
  ASSERT_TRUE(shell("head -c -40 f.csv.xz > cut"));
  EXPECT_EQ(table_message("cut"),
            folder_.file("cut") + ": expected a whole xz file, found the beginning of one: copy or download it again");
}

TEST_F(TableFile, InAZipArchive) {
  if (!shell("python3 -m zipfile -h")) GTEST_SKIP() << "no Python";
  ASSERT_TRUE(shell(
      "mkdir -p d/__MACOSX && cp f.csv d/ && cp f.csv d/__MACOSX/ && cd d && python3 -m zipfile -c ../one.zip f.csv && "
      "python3 -m zipfile -c ../two.zip f.csv ../f.csv && cp f.csv picture.png && python3 -m zipfile -c ../none.zip "
      "picture.png"));
  if (!data::can_unpack_zip()) {
    EXPECT_EQ(table_message("one.zip"),
              folder_.file("one.zip") + ": expected a CSV file, found a zip archive: unpack it first");
    GTEST_SKIP() << "this libfer was built without libzip";
  }
  expect_the_same("one.zip");
  EXPECT_EQ(
      table_message("none.zip"),
      folder_.file("none.zip") + ": expected a zip archive that holds one CSV file, found none in it: unpack it first");
  EXPECT_EQ(table_message("two.zip"),
            folder_.file("two.zip") +
                ": expected a zip archive that holds one CSV file, found 2 (f.csv, f.csv): unpack it first");
  ASSERT_TRUE(shell("head -c -40 one.zip > cut"));
  EXPECT_NE(table_message("cut").find("cut: expected a whole zip archive, found another: "), std::string::npos);
}

TEST_F(TableFile, InUtf16AndWithOldLineEnds) {
  std::string text = csv_text(60), wide = "\xff\xfe";
  for (const char c : text) wide += {c, '\0'};
  folder_.write("wide", wide);
  expect_the_same("wide");
  std::replace(text.begin(), text.end(), '\n', '\r');
  folder_.write("old", text);
  expect_the_same("old");
}

TEST_F(TableFile, MessagesNameTheLineOfWhatWasUnpacked) {
  std::string text = csv_text(3);
  text[csv_text(2).size()] = '9';
  folder_.write("bad.csv", text);
  ASSERT_TRUE(shell("gzip bad.csv"));
  EXPECT_EQ(table_message("bad.csv.gz"),
            folder_.file("bad.csv.gz") + ":4:1: emotion, expected a whole number of 0 to 7, found \"9\"");
}

TEST_F(TableFile, SaysWhereItsCopyCannotBeWritten) {
  ASSERT_TRUE(shell("gzip -k f.csv"));
  const char* before = std::getenv("TMPDIR");
  const std::string kept = before == nullptr ? "" : before;
  ::setenv("TMPDIR", folder_.file("missing").c_str(), 1);
  const std::string message = table_message("f.csv.gz");
  before == nullptr ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", kept.c_str(), 1);
  EXPECT_EQ(message, folder_.file("f.csv.gz") + ": a copy of it as plain text in " + folder_.file("missing") +
                         " (or where TMPDIR says): cannot be written: No such file or directory");
}

}  // namespace
}  // namespace fer::test
