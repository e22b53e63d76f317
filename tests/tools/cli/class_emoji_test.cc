#include "tools/cli/class_emoji.h"

#include <gtest/gtest.h>

#include "tests/tools/tool_run.h"
#include "tools/cli/cli.h"

namespace fer::cli {
namespace {

const std::vector<std::string> kNames = {"happy", "a,b", "calm"};

TEST(ClassEmoji, AreThoseGivenAndElseTheUsual) {
  EXPECT_EQ(class_emoji_of("calm=C", kNames, {}), (std::vector<std::string>{"\U0001F600", "", "C"}));
  EXPECT_EQ(class_emoji_of("calm=C,Happiness=H", kNames, {"1", "2", "3"}), (std::vector<std::string>{"H", "2", "C"}));
  EXPECT_EQ(class_emoji_of("a\\,b=x\\,y,happy=", kNames, {"1", "2", "3"}), (std::vector<std::string>{"", "x,y", "3"}));
}

TEST(ClassEmoji, RefusesWhatIsNoList) {
  for (const char* text : {"", "calm", "calm=C,", "glad=G", "calm=C,calm=D", "calm=C\n"}) {
    EXPECT_THROW(class_emoji_of(text, kNames, {}), UsageError) << text;
  }
  EXPECT_THROW(class_emoji_of("calm=" + std::string(65, 'x'), kNames, {}), UsageError);
}

using ClassEmojiTool = test::ToolTest;

TEST_F(ClassEmojiTool, TravelWithTheModel) {
  const test::ToolResult trained =
      run("fer-train faces.csv --network net.json --epochs 1 --batch-size 7 --out run --quiet --class-emoji "
          "'happy=HH,sad='");
  ASSERT_EQ(trained.status, 0) << trained.err;
  EXPECT_NE(run("fer-info run/best.safetensors").out.find("happy HH, sad -, "), std::string::npos);
  ASSERT_EQ(run("fer-convert run/best.safetensors --class-emoji happy=JJ --out other.safetensors").status, 0);
  EXPECT_NE(run("fer-info other.safetensors").out.find("happy JJ, sad -, "), std::string::npos);
  const test::ToolResult wrong = run("fer-train faces.csv --network net.json --out x --class-emoji glad=G");
  EXPECT_EQ(wrong.status, 2);
  expect_one_line_error(wrong, "fer-train", "--class-emoji: expected one of the classes angry");
}

}  // namespace
}  // namespace fer::cli
