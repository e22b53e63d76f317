// fer-data: what is in a data set.
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

class DataFacts : public ToolTest {
 protected:
  nlohmann::json facts(const std::string& arguments) const {
    const ToolResult r = run("fer-data " + arguments + " --json");
    EXPECT_EQ(r.status, 0) << r.err;
    return r.status == 0 ? json_lines(r.out).at(0) : nlohmann::json();
  }
};

TEST_F(DataFacts, CountsClassesAndSplits) {
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

TEST_F(DataFacts, FindsWhatIsTwiceAcrossSplitsAndUnderOtherLabels) {
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

}  // namespace
}  // namespace fer::test
