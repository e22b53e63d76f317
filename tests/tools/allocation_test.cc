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
      // (Not from the first on: those are of libraries, before main().)
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

}  // namespace
}  // namespace fer::test
#endif
