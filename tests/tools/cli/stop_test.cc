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

// The last epoch is done; what is left is to show the best model the validation pictures once more, for the report. (A
// finished run that is resumed has nothing else to do.)
TEST_F(ToolTest, ARunThatIsAskedToStopInItsLastEvaluationKeepsItsModel) {
  write("wide.json", R"({"input": [48, 48, 1], "layers": [
    {"name": "a", "type": "conv2d", "filters": 32, "kernel": [3, 3]},
    {"name": "b", "type": "conv2d", "filters": 32, "kernel": [3, 3]},
    {"name": "mean", "type": "global_avg_pool2d"},
    {"name": "out", "type": "dense", "units": 7, "activation": "softmax"}]})");
  write("faces.csv", csv_text(7, 700, 0, true));
  ASSERT_EQ(run("fer-train faces.csv --network wide.json --epochs 1 --out run --quiet").status, 0);
  const std::string best = read_text(path("run/best.safetensors"));
  std::filesystem::remove(path("run/report.html"));
  const ToolResult r = run(std::string("fer-train --resume --out run --threads 1") + kSendTerm);
  EXPECT_EQ(r.status, 1) << r.out;
  EXPECT_NE(r.err.find("fer-train: interrupted while run/best.safetensors, which is whole, was evaluated: fer-train "
                       "--resume --out run completes run/report.html\n"),
            std::string::npos)
      << r.err;
  EXPECT_FALSE(exists("run/report.html"));
  EXPECT_TRUE(best == read_text(path("run/best.safetensors")));
  EXPECT_EQ(run("fer-train --resume --out run --quiet").status, 0);
  EXPECT_NE(read_text(path("run/report.html")).find("onfusion"), std::string::npos);
}

}  // namespace
}  // namespace fer::test
