// The forms of tables as the programs take them.
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

class Forms : public ToolTest {
 protected:
  // What fer-data counts.
  nlohmann::json counted(const std::string& arguments) const {
    const ToolResult r = run("fer-data " + arguments + " --json --no-duplicates");
    EXPECT_EQ(r.status, 0) << r.err;
    return json_lines(r.out).at(0);
  }
};

TEST_F(Forms, StandardInputCompressedOrNot) {
  const auto plain = counted("faces.csv");
  EXPECT_EQ(counted("- < faces.csv")["classes"], plain["classes"]);
  const ToolResult r = run("gzip -c faces.csv | fer-data - --json --no-duplicates");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_EQ(json_lines(r.out).at(0)["classes"], plain["classes"]);
  EXPECT_NE(run("fer-data - < /dev/null").err.find("-:1:1: file, expected a header"), std::string::npos);
}

TEST_F(Forms, ARunFromStandardInputIsResumedFromIt) {
  const std::string options = " --network net.json --batch-size 7 --quiet --out ";
  ASSERT_EQ(run("cat faces.csv | fer-train - --epochs 1" + options + "run").status, 0);
  const ToolResult r = run("cat faces.csv | fer-train --resume --epochs 2 --quiet --out run");
  ASSERT_EQ(r.status, 0) << r.err;
  ASSERT_EQ(run("fer-train faces.csv --epochs 2" + options + "whole").status, 0);
  EXPECT_TRUE(read_text(path("run/best.safetensors")) == read_text(path("whole/best.safetensors")));
}

TEST_F(Forms, LabelNamesAreKeptWithTheRun) {
  const std::string names = "--label-names sad,happy,neutral,angry,fear,surprise,disgust";
  EXPECT_EQ(counted("faces.csv " + names)["classes"][0]["name"], "sad");
  const ToolResult r = run("fer-train faces.csv --network net.json --epochs 1 --batch-size 7 --out run " + names);
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_EQ(run("fer-train --resume --epochs 2 --quiet --out run").status, 0);
  const ToolResult bad = run("fer-data faces.csv --label-names sad,,happy");
  EXPECT_EQ(bad.status, 2);
  expect_one_line_error(bad, "fer-data", "--label-names: label names: expected a name, found nothing");
  expect_one_line_error(run("fer-data faces.csv --label-names sad,happy"), "fer-data",
                        "faces.csv:4:1: emotion, expected a whole number of 0 to 1, found \"2\"");
}

TEST_F(Forms, FoldersCalledByNumbersAreNamedToo) {
  ASSERT_EQ(
      run("fer-data faces.csv --to-folder pics --no-duplicates && mkdir raf && mv pics/train raf/ && cd raf/train && "
          "mv happy 4 && mv sad 5 && rm -r angry disgust fear surprise neutral")
          .status,
      0);
  const auto found = counted("raf --label-names 4=happy,5=sad,6=angry");
  EXPECT_EQ(found["classes"][0]["name"], "happy");
  EXPECT_EQ(found["classes"][1]["name"], "sad");
  expect_one_line_error(run("fer-data raf --label-names 1=happy"), "fer-data",
                        "raf: label names: expected one for each class, found none for \"4\"");
}

TEST_F(Forms, ALabelColumnIsNamed) {
  std::string text = "mood,pixels\n";
  for (int row = 0; row < 7; ++row) text += std::to_string(row) + "," + pixels_text(row, row) + "\n";
  write("mood.csv", text);
  EXPECT_EQ(counted("mood.csv --label-column mood")["classes"][6]["total"], 1);
  expect_one_line_error(run("fer-train mood.csv --network net.json --out run"), "fer-train",
                        "mood.csv:1:1: header, expected a column named emotion, found \"mood,pixels\"");
}

}  // namespace
}  // namespace fer::test
