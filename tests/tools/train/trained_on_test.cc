// fer-eval of pictures that the model was trained on.
#include "tools/train/trained_on.h"

#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

class TrainedOn : public ToolTest {
 protected:
  void SetUp() override {
    ToolTest::SetUp();
    write("train.csv", csv_text(60, 0, 0, false));
    const ToolResult r =
        run("fer-train train.csv --network net.json --epochs 1 --batch-size 7 --save-every 5 --out run --quiet");
    ASSERT_EQ(r.status, 0) << r.err;
  }
};

TEST_F(TrainedOn, FerEvalSaysThatItIsNoTest) {
  const std::string says = "was trained on 54 of these 60 pictures, so this accuracy is no test";
  const ToolResult r = run("fer-eval run/best.safetensors train.csv");
  ASSERT_EQ(r.status, 0) << r.err;
  expect_one_line_error(r, "fer-eval", "run/best.safetensors: " + says);
  expect_one_line_error(run("fer-eval run/snapshots/step-000005.safetensors train.csv"), "fer-eval", says);
  // The same pictures by another name.
  expect_one_line_error(run("cp train.csv copy.csv && fer-eval run/best.safetensors copy.csv"), "fer-eval", says);
}

TEST_F(TrainedOn, WhereNothingIsKnownFerEvalSaysWhatItCounts) {
  const std::string says = ": has no part to test with, so all its pictures count";
  expect_one_line_error(run("cp run/best.safetensors m.safetensors && fer-eval m.safetensors train.csv"), "fer-eval",
                        "train.csv" + says);
  write("other.csv", csv_text(20, 0, 0, false));
  expect_one_line_error(run("fer-eval run/best.safetensors other.csv"), "fer-eval", "other.csv" + says);
  write("run/run.json", "{damaged");
  expect_one_line_error(run("fer-eval run/best.safetensors train.csv"), "fer-eval", "train.csv" + says);
}

TEST_F(TrainedOn, AskedForOrWithAPartToTestWithThereIsNothingToSay) {
  EXPECT_EQ(run("fer-eval run/best.safetensors train.csv --split all").err, "");
  EXPECT_EQ(run("fer-eval run/best.safetensors faces.csv").err, "");
}

}  // namespace
}  // namespace fer::test
