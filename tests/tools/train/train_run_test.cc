// What fer-train says when a run ends.
#include "tools/train/train_run.h"

#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

using TrainRun = ToolTest;

const std::string kStopped =
    "fer-train faces.csv --network net.json --batch-size 7 --out run --epochs 9 --patience 1 --min-delta 100 ";

TEST_F(TrainRun, EarlyStoppingNamesTheFigureThatItWentBy) {
  const ToolResult r = run(kStopped + "--stop-monitor val_accuracy");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.out.find("\nstopped early: no improvement of val_accuracy any more\n"), std::string::npos) << r.out;
}

TEST_F(TrainRun, EarlyStoppingWithoutValidationWentByTheTrainingFigure) {
  const ToolResult r = run(kStopped + "--validation-split 0");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.out.find("\nstopped early: no improvement of loss any more\n"), std::string::npos) << r.out;
}

}  // namespace
}  // namespace fer::test
