// Programs that are asked to stop.
#include "tools/cli/stop.h"

#include <signal.h>

#include "tests/support/message.h"
#include "tests/tools/tool_run.h"

namespace fer::cli {
namespace {

// In a process of its own, as the stop is remembered.
TEST(StopOnSignals, TheFirstSignalAsksAndTheSecondEnds) {
  EXPECT_EXIT(
      {
        ::signal(SIGTERM, SIG_DFL);
        const StopOnSignals stop;
        if (stop_asked()) _exit(1);
        ::raise(SIGTERM);
        if (!stop_asked()) _exit(2);
        ::raise(SIGTERM);
        _exit(3);
      },
      ::testing::KilledBySignal(SIGTERM), "");
}

TEST(StopOnSignals, ASignalThatIsIgnoredStaysSoWhereItIsNohups) {
  EXPECT_EXIT(
      {
        ::signal(SIGHUP, SIG_IGN);
        {
          const StopOnSignals stop;
          ::raise(SIGHUP);
          if (stop_asked()) _exit(1);
          ::raise(SIGINT);
          if (!stop_asked()) _exit(2);
        }
        _exit(0);
      },
      ::testing::ExitedWithCode(0), "");
}

TEST(UnlessStopped, SaysWhatToDoOnlyWhereAStopWasAskedFor) {
  const auto fails = [] { throw Error("disk full"); };
  EXPECT_EQ(fer::message_of([&] { unless_stopped(fails, "again"); }), "disk full");
  EXPECT_EQ(unless_stopped([] { return 3; }, "again"), 3);
  EXPECT_EXIT(
      {
        const StopOnSignals stop;
        ::raise(SIGTERM);
        try {
          unless_stopped(fails, "again");
        } catch (const Error& error) {
          _exit(std::string(error.what()) == "again" ? 0 : 1);
        }
        _exit(2);
      },
      ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace fer::cli

namespace fer::test {
namespace {

// Waits until the program handles SIGTERM, sends it, and prints the status.
constexpr const char* kSendTerm =
    " & pid=$!; while kill -0 $pid 2> /dev/null; do mask=0x$(sed -n 's/^SigCgt:[[:space:]]*//p' /proc/$pid/status); "
    "[ $(( ($mask >> 14) & 1 )) = 1 ] && break; done; kill -TERM $pid; wait $pid";

TEST_F(ToolTest, AnEvaluationThatIsAskedToStopSaysSoAndWritesNothing) {
  train_small_model();
  write("many.csv", csv_text(4000, 0, 0, false));
  const ToolResult r =
      run(std::string("fer-eval run/best.safetensors many.csv --split all --flip --batch-size 1 --threads 1 --report "
                      "page.html") +
          kSendTerm);
  EXPECT_EQ(r.status, 1) << r.err;
  expect_one_line_error(r, "fer-eval", "interrupted before the last picture");
  EXPECT_EQ(r.out, "");
  EXPECT_FALSE(exists("page.html"));
}

}  // namespace
}  // namespace fer::test
