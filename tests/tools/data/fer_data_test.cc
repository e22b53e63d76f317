#include "fer/image.h"
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

class FerData : public ToolTest {
 protected:
  nlohmann::json facts(const std::string& arguments) const {
    const ToolResult r = run("fer-data " + arguments + " --json");
    EXPECT_EQ(r.status, 0) << r.err;
    return r.status == 0 ? json_lines(r.out).at(0) : nlohmann::json();
  }
};

TEST_F(FerData, CountsClassesAndSplits) {
  const ToolResult r = run("fer-data faces.csv");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.out.find("class        Training   PublicTest  PrivateTest      total\n"), std::string::npos) << r.out;
  EXPECT_NE(r.out.find("angry               6            2            2         10\n"), std::string::npos) << r.out;
  const auto json = facts("faces.csv");
  EXPECT_EQ(json["pictures"], 70);
  EXPECT_EQ(json["classes"].size(), 7u);
  EXPECT_EQ(json["classes"][6]["name"], "neutral");
  EXPECT_EQ(json["classes"][6]["PublicTest"], 2);
  EXPECT_EQ(json["blank"], 0);
}

TEST_F(FerData, FindsWhatIsTwiceAcrossSplitsAndUnderOtherLabels) {
  const std::string blank = "5," + [] {
    std::string text = "9";
    for (int i = 1; i < 2304; ++i) text += " 9";
    return text;
  }() + ",PublicTest\n";
  write("twice.csv", csv_text(14, 7, 7, true) + "0," + pixels_text(0, 0) + ",PrivateTest\n3," + pixels_text(1, 1) +
                         ",Training\n" + blank);
  const auto json = facts("twice.csv --list groups.csv --hash-bits 0 --correlation 1");
  EXPECT_EQ(json["blank"], 1);
  const nlohmann::json expected = {{"groups", 2},
                                   {"pictures", 4},
                                   {"groups_across_splits", 1},
                                   {"test_pictures_in_training", 1},
                                   {"groups_with_different_labels", 1}};
  EXPECT_EQ(json["same"], expected);
  EXPECT_TRUE(
      read_text(path("groups.csv"))
          .starts_with("group,kind,row,usage,class,file\n1,same,0,Training,angry,\n"
                       "1,same,28,PrivateTest,angry,\n2,same,1,Training,disgust,\n2,same,29,Training,happy,\n"));
}

TEST_F(FerData, GoesToFoldersAndBackByteForByte) {
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

TEST_F(FerData, DrawsChartAndSheet) {
  ASSERT_EQ(run("fer-data faces.csv --chart c.svg --sheet s.png --per-class 3").status, 0);
  const std::string svg = read_text(path("c.svg"));
  EXPECT_TRUE(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
  EXPECT_NE(svg.find("PublicTest (14)"), std::string::npos);
  const Image sheet = read_image(path("s.png"));
  EXPECT_EQ(sheet.height, 4 + 7 * 52);
  EXPECT_EQ(sheet.width, 4 + 8 * 8 + 4 + 3 * 52);
  // The first picture of the first class begins 4 below the top, after the names.
  EXPECT_EQ(sheet.pixels[static_cast<size_t>(4 * sheet.width + 72)], 180);
}

TEST_F(FerData, WritesNeitherOverDataNorUnderAnEndingOfAnotherForm) {
  const std::string before = read_text(path("faces.csv"));
  for (const std::string option : {"--to-csv faces.csv", "--list ./faces.csv", "--chart c.png", "--sheet s.jpg"}) {
    const ToolResult r = run("fer-data faces.csv " + option);
    EXPECT_EQ(r.status, 2) << option;
    expect_one_line_error(r, "fer-data", option.substr(0, option.find(' ')) + ": expected");
  }
  EXPECT_TRUE(before == read_text(path("faces.csv")));
  EXPECT_FALSE(exists("c.png") || exists("s.jpg"));
}

TEST_F(FerData, WritesChosenClassesAndRefusesWhatACsvFileCannotSay) {
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

}  // namespace
}  // namespace fer::test
