// fer-data: a data set in another form, and what it does not write over.
#include <filesystem>

#include "fer/image.h"
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

class DataFiles : public ToolTest {
 protected:
  nlohmann::json facts(const std::string& arguments) const {
    const ToolResult r = run("fer-data " + arguments + " --json");
    EXPECT_EQ(r.status, 0) << r.err;
    return r.status == 0 ? json_lines(r.out).at(0) : nlohmann::json();
  }
};

TEST_F(DataFiles, GoesToFoldersAndBackByteForByte) {
  for (const bool usage : {true, false}) {
    write("in.csv", usage ? csv_text(20, 10, 12, true) : csv_text(20, 0, 0, false));
    ASSERT_EQ(run("rm -rf out && fer-data in.csv --to-folder out --no-duplicates").status, 0);
    EXPECT_TRUE(exists(usage ? "out/val/sad/25.png" : "out/sad/18.png"));
    ASSERT_EQ(run("fer-data out --to-csv again.csv --no-duplicates").status, 0);
    EXPECT_TRUE(read_text(path("in.csv")) == read_text(path("again.csv")));
    EXPECT_FALSE(exists("out.tmp"));
  }
  const ToolResult r = run("fer-data faces.csv --to-folder out");
  EXPECT_EQ(r.status, 1);
  expect_one_line_error(r, "fer-data", "out: is there already");
}

TEST_F(DataFiles, WritesNeitherOverDataNorUnderAnEndingOfAnotherForm) {
  const std::string before = read_text(path("faces.csv"));
  for (const std::string option : {"--to-csv faces.csv", "--list ./faces.csv", "--chart c.gif", "--sheet s.jpg"}) {
    const ToolResult r = run("fer-data faces.csv " + option);
    EXPECT_EQ(r.status, 2) << option;
    expect_one_line_error(r, "fer-data", option.substr(0, option.find(' ')) + ": expected");
  }
  EXPECT_TRUE(before == read_text(path("faces.csv")));
  EXPECT_FALSE(exists("c.gif") || exists("s.jpg"));
}

TEST_F(DataFiles, WritesChosenClassesAndRefusesWhatACsvFileCannotSay) {
  ASSERT_EQ(run("fer-data faces.csv --classes happy,sad --to-folder two --no-duplicates").status, 0);
  EXPECT_TRUE(exists("two/train/happy") && exists("two/test/sad") && !exists("two/train/angry"));
  EXPECT_EQ(facts("two --no-duplicates")["pictures"], 20);
  const ToolResult r = run("fer-data faces.csv --classes happy,bad=sad+fear --to-csv x.csv");
  EXPECT_EQ(r.status, 1);
  EXPECT_NE(r.err.find("fer-data: x.csv: expected classes of fer2013"), std::string::npos) << r.err;
  EXPECT_FALSE(exists("x.csv"));
  EXPECT_EQ(run("fer-data").status, 2);
  EXPECT_EQ(run("fer-data faces.csv --list l.csv --no-duplicates").status, 2);
  EXPECT_EQ(run("fer-data missing.csv").status, 1);
}

TEST_F(DataFiles, AFolderAppearsWholeAndNothingElseChanges) {
  namespace fs = std::filesystem;
  // What others have in the same place, under names that were once taken for ours.
  fs::create_directories(path("out.tmp/kept"));
  write("victim", "of a link");
  fs::create_symlink(path("victim"), path("out.tmp/0.png"));
  ASSERT_EQ(run("fer-data faces.csv --to-folder out/ --no-duplicates").status, 0);
  EXPECT_TRUE(exists("out/train/angry/00.png") && exists("out.tmp/kept") && fs::is_symlink(path("out.tmp/0.png")));
  EXPECT_EQ(read_text(path("victim")), "of a link");
  EXPECT_EQ(read_image(path("out/train/angry/00.png")).width, 48);
  for (const auto& entry : fs::directory_iterator(path("."))) {
    EXPECT_FALSE(entry.path().filename().string().starts_with(".out")) << entry.path();
  }
}

TEST_F(DataFiles, OfTwoProgramsOnOneNameOneWins) {
  const ToolResult r =
      run("(fer-data faces.csv --to-folder out --no-duplicates >1.out 2>1.err; echo $? >1.rc) & "
          "(fer-data faces.csv --to-folder out --no-duplicates >2.out 2>2.err; echo $? >2.rc); wait");
  EXPECT_EQ(r.status, 0);
  const std::string statuses = read_text(path("1.rc")) + read_text(path("2.rc"));
  EXPECT_TRUE(statuses == "0\n1\n" || statuses == "1\n0\n") << statuses;
  EXPECT_EQ(read_text(path("1.err")) + read_text(path("2.err")),
            "fer-data: out: is there already: expected a new folder\n");
  EXPECT_EQ(facts("out --no-duplicates")["pictures"], 70);
}

TEST_F(DataFiles, LeftoversOfKilledProgramsAreNamedAndKept) {
  std::filesystem::create_directories(path(".out.tmp-abc123/content"));
  write(".out.tmp-abc123/content/f", "half of something");
  const ToolResult r = run("fer-data faces.csv --to-folder out --no-duplicates");
  EXPECT_EQ(r.status, 0);
  EXPECT_EQ(r.err, "fer-data: ./.out.tmp-abc123: left by a program that was killed; it can be removed\n");
  EXPECT_EQ(read_text(path(".out.tmp-abc123/content/f")), "half of something");
}

TEST_F(DataFiles, WhatAFolderWritesIsReadUnderTheNamesOfItsClasses) {
  // Merged classes have a + in their names: as folders they are classes like others.
  ASSERT_EQ(run("fer-data faces.csv --classes happy,fear+surprise --to-folder two --no-duplicates").status, 0);
  const auto json = facts("two --no-duplicates --classes 'fear\\+surprise,happy'");
  EXPECT_EQ(json["pictures"], 30);
  EXPECT_EQ(facts("two --no-duplicates --classes fear+surprise,happy")["pictures"], 30);
}

}  // namespace
}  // namespace fer::test
