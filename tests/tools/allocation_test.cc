// The programs where memory ends (issue 12): one line and status 1, never an abort.
#include "tests/support/sanitizers.h"
#include "tests/tools/tool_run.h"

#ifndef FER_TEST_SANITIZED
namespace fer::test {
namespace {

class ProgramOutOfMemory : public ToolTest {
 protected:
  // `command` with an allocation failing, and with all that follow it too, at about `tries` places from its start to
  // its end. `before` makes it possible again.
  void expect_one_line(const std::string& command, int64_t tries, const std::string& before = "true") {
    const std::string preload = "LD_PRELOAD='" + fer::failing_preload() + "' ";
    ASSERT_EQ(run(before + "; FER_COUNT_TO=count.txt " + preload + command).status, 0) << command;
    const int64_t count = std::stoll(read_text(path("count.txt")));
    ASSERT_GT(count, 100) << "nothing is counted";
    int refused = 0;
    for (const char* failures : {"1", "1000000000"}) {
      // (From the first on: below.)
      const int64_t step = count / tries + 1;
      for (int64_t n = step; n < count; n += step) {
        const ToolResult r = run(before + "; FER_FAIL_FROM=" + std::to_string(n) + " FER_FAIL_COUNT=" + failures + " " +
                                 preload + command);
        ASSERT_TRUE(r.status == 0 || r.status == 1)
            << command << ", " << failures << " from " << n << ": " << r.status << " " << r.err;
        if (r.status == 0) continue;
        ++refused;
        EXPECT_NE(r.err.find("memory"), std::string::npos)
            << command << ", " << failures << " from " << n << ": " << r.err;
      }
    }
    EXPECT_GE(refused, tries / 2) << command;
  }
};

TEST_F(ProgramOutOfMemory, SaysSoInOneLine) { expect_one_line("fer-info seed002_vgg8 --json", 20); }

TEST_F(ProgramOutOfMemory, SaysSoInOneLineInTrainingAndUse) {
  expect_one_line("fer-train faces.csv --network net.json --epochs 1 --out run --quiet --threads 1", 8, "rm -rf run");
  std::filesystem::remove_all(path("run"));
  train_small_model();
  write("face.pgm", "P5 2 1 255\nab");
  expect_one_line("fer-predict run/best.safetensors face.pgm --threads 1", 6);
  expect_one_line("fer-eval run/best.safetensors faces.csv --threads 1", 6);
  expect_one_line("fer-convert run/best.safetensors --out model.onnx", 6);
}

// A constant of ours that takes memory before main() would end the program there, where nobody can say why: so each of
// the first allocations of every program. (Where one of a library fails before main(), the program goes on without.)
TEST_F(ProgramOutOfMemory, BeforeAndInTheBeginningOfMain) {
  for (const std::string program : {"fer-info", "fer-predict", "fer-eval", "fer-train", "fer-data", "fer-convert"}) {
    for (int n = 0; n < 8; ++n) {
      const ToolResult r = run("FER_FAIL_FROM=" + std::to_string(n) + " FER_FAIL_COUNT=1 LD_PRELOAD='" +
                               fer::failing_preload() + "' " + program + " --version");
      EXPECT_TRUE(r.status == 0 || r.status == 1) << program << ", from " << n << ": " << r.status;
    }
  }
}

}  // namespace
}  // namespace fer::test
#endif
