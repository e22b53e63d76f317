#include "tools/cli/help.h"

#include "fer/train_options.h"
#include "tests/tools/tool_run.h"
#include "tools/train/train_options.h"

namespace fer::test {
namespace {

constexpr const char* kHelp =
    "Trains. See --all for more\nUsage:\n  fer-x [options] DATA\n\n One options:\n      --all N   All of\n"
    "                it\n      --any     Any --all\n\n Two options:\n      --more    More\n\n"
    "  -h, --help     Help\n      --version  Version\n";

TEST(ShortHelp, HasTheOptionsThatAreShownAndTheirHeadings) {
  EXPECT_EQ(cli::short_help(kHelp, {"all", "any", "more", "help", "version"}), kHelp);
  EXPECT_EQ(cli::short_help(kHelp, {"all", "help"}),
            "Trains. See --all for more\nUsage:\n  fer-x [options] DATA\n\n One options:\n      --all N   All of\n"
            "                it\n\n  -h, --help     Help\n");
  EXPECT_EQ(cli::short_help(kHelp, {"more"}),
            "Trains. See --all for more\nUsage:\n  fer-x [options] DATA\n\n Two options:\n      --more    More\n");
}

class Help : public ToolTest {};

TEST_F(Help, OfFerTrainIsAScreenAndHelpAllIsAll) {
  const ToolResult everyday = run("fer-train --help"), all = run("fer-train --help-all");
  EXPECT_EQ(everyday.status, 0);
  EXPECT_EQ(all.status, 0);
  EXPECT_LE(std::count(everyday.out.begin(), everyday.out.end(), '\n'), 70) << everyday.out;
  EXPECT_NE(everyday.out.find("--help-all "), std::string::npos);
  EXPECT_EQ(everyday.out.find("--erasing-ratio"), std::string::npos);
  for (const std::string& option : cli::everyday_train_options()) {
    EXPECT_NE(everyday.out.find("\n      --" + option + " "), std::string::npos) << option;
  }
  for (const TrainOption& option : train_options()) {
    if (option.name.empty()) continue;
    EXPECT_NE(all.out.find("\n      --" + option.name + " "), std::string::npos) << option.name;
  }
  EXPECT_EQ(run("fer-eval --help-all").status, 2) << "where --help shows all";
}

}  // namespace
}  // namespace fer::test
