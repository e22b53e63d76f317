// fer-train under mpirun, as a user starts it.
#include "tools/train/ranks.h"

#include <filesystem>
#include <string>

#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

const std::string kTrain = "fer-train faces.csv --network net.json --epochs 2 --batch-size 5 --threads 1 ";

// As root, with more ranks than cores, in a container whose processes may not read each other's memory. What MPI leaks
// is not ours.
const std::string kEnvironment =
    "export OMPI_MCA_btl_vader_single_copy_mechanism=none OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_ALLOW_RUN_AS_ROOT=1 "
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 ASAN_OPTIONS=detect_leaks=0:$ASAN_OPTIONS "
    "TSAN_OPTIONS=ignore_noninstrumented_modules=1:$TSAN_OPTIONS; ";

class RanksTest : public ToolTest {
 protected:
  void SetUp() override {
    ToolTest::SetUp();
    has_mpi_ = run("mpirun --version && ls " + module() + " | grep -q libfer_mpi").status == 0;
    if (!has_mpi_) {
      GTEST_SKIP() << "no mpirun, or libfer was built without MPI: apt-get install libopenmpi-dev openmpi-bin";
    }
  }

  static std::string module() {
    return tools_dir() + "/../lib/*/fer/libfer_mpi.so " + tools_dir() + "/../lib/fer/libfer_mpi.so";
  }
  ToolResult on(int ranks, const std::string& command) const {
    return run(kEnvironment + "mpirun -q --bind-to none -n " + std::to_string(ranks) + " " + command);
  }
  static std::string train(const std::string& rest) { return kTrain + rest; }
  std::string best(const std::string& folder) const { return read_text(path(folder + "/best.safetensors")); }
  static int times(const std::string& text, const std::string& part) {
    int count = 0;
    for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
    return count;
  }

  bool has_mpi_ = false;
};

TEST_F(RanksTest, EndInTheBytesOfOneProcess) {
  const ToolResult alone = run(train("--accumulate 3 --out alone"));
  ASSERT_EQ(alone.status, 0) << alone.err;
  for (const int ranks : {1, 2, 3}) {
    SCOPED_TRACE(ranks);
    const std::string out = std::to_string(ranks);
    const ToolResult r = on(ranks, train("--accumulate 3 --out " + out));
    ASSERT_EQ(r.status, 0) << r.err;
    EXPECT_EQ(best(out), best("alone"));
    // One of them talks. (mpirun gives it a terminal.)
    EXPECT_EQ(times(r.out, "fer-train 0"), 1) << r.out;
    EXPECT_EQ(times(r.out, "best epoch "), 1) << r.out;
    EXPECT_EQ(r.err.find("rank 1"), std::string::npos) << r.err;
  }
}

// Batch norms' sums travel between the buckets of the gradient.
TEST_F(RanksTest, WithSyncBatchNormEndInTheBytesOfOneProcess) {
  const std::string options = "--accumulate 3 --sync-batch-norm --quiet --out ";
  ASSERT_EQ(run(train(options + "alone")).status, 0);
  const ToolResult r = on(3, train(options + "ranks"));
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_EQ(best("ranks"), best("alone"));
}

TEST_F(RanksTest, HaveABatchEachWhereNothingElseIsSaidAndGoOnAsFewer) {
  ASSERT_EQ(run(train("--accumulate 3 --out alone --quiet")).status, 0);
  const ToolResult began = on(3, train("--max-steps 2 --out run"));
  ASSERT_EQ(began.status, 0) << began.err;
  EXPECT_NE(began.err.find("fer-train: 3 ranks share a step of 3 batches of 5 pictures: --accumulate 3"),
            std::string::npos)
      << began.err;
  const ToolResult more = on(4, "fer-train --resume --out run");
  EXPECT_EQ(more.status, 1);
  EXPECT_NE(more.err.find("expected at most 3 ranks, one for each small batch"), std::string::npos) << more.err;
}

TEST_F(RanksTest, SayOnceWhatIsWrongForAll) {
  const ToolResult r = on(3, "fer-train nothing.csv --network net.json --out run");
  EXPECT_EQ(r.status, 1);
  // (As that of a rank, where another's arrives before the first has looked itself.)
  const size_t message = r.err.find("nothing.csv: cannot be read: No such file or directory");
  ASSERT_NE(message, std::string::npos) << r.err;
  EXPECT_EQ(r.err.find("nothing.csv", message + 1), std::string::npos) << r.err;
  EXPECT_LT(r.err.rfind("fer-train: "), message) << r.err;
  EXPECT_FALSE(exists("run"));
}

TEST_F(RanksTest, NameTheOneWithOtherOptionsOrOtherData) {
  const std::string first = train("--accumulate 2 --out run --quiet"),
                    other = train("--accumulate 2 --out run --quiet --seed 7");
  const ToolResult options = on(1, first + " : -n 1 " + other);
  EXPECT_EQ(options.status, 1);
  EXPECT_NE(options.err.find("fer-train: rank 1 on "), std::string::npos) << options.err;
  EXPECT_NE(options.err.find("--seed is not given there, \"7\" here"), std::string::npos) << options.err;

  std::string changed = csv_text(42, 14, 14, true);
  changed.replace(changed.find(" 41 "), 4, " 44 ");
  write("other.csv", changed);
  std::string with_other_data = first;
  with_other_data.replace(with_other_data.find("faces.csv"), 9, "other.csv");
  const ToolResult data = on(1, first + " : -n 1 " + with_other_data);
  EXPECT_EQ(data.status, 1);
  EXPECT_NE(data.err.find("is not of the run of rank 0"), std::string::npos) << data.err;
  EXPECT_NE(data.err.find("train.pictures is "), std::string::npos) << data.err;
  EXPECT_FALSE(exists("run"));
}

TEST_F(RanksTest, NameTheOneWithAnotherInstructionSetAndTheOneThatCannotWrite) {
  const std::string command = train("--accumulate 2 --quiet --out ");
  const ToolResult target = on(1, command + "run : -n 1 env FER_TARGET=scalar " + command + "run");
  EXPECT_EQ(target.status, 1);
  EXPECT_NE(target.err.find("instruction_set is \"scalar\", on rank 0 \""), std::string::npos) << target.err;

  std::filesystem::create_directories(path("full/history.csv/in_the_way"));
  const ToolResult full = on(2, command + "full");
  EXPECT_EQ(full.status, 1);
  EXPECT_NE(full.err.find("fer-train: rank 0 on "), std::string::npos) << full.err;
  EXPECT_NE(full.err.find("full/history.csv"), std::string::npos) << full.err;
}

TEST_F(RanksTest, ThatHangEndAllAfterTheTimeout) {
  write("hang.sh",
        "mpirun -q --bind-to none -n 2 fer-train faces.csv --network net.json --epochs 100000 --patience 0 "
        "--batch-size 5 "
        "--threads 1 --accumulate 2 --quiet --out run --exchange-timeout 1 &\n"
        "launcher=$!\n"
        "while ! [ -e run/history.csv ]; do sleep 0.1; done\n"
        "kill -STOP $(pgrep -P $launcher -f fer-train | tail -n 1)\n"
        "wait $launcher\n");
  const ToolResult r = run(kEnvironment + "sh hang.sh");
  EXPECT_EQ(r.status, 1);
  EXPECT_NE(r.err.find("fer-train: rank 0 on "), std::string::npos) << r.err;
  EXPECT_NE(r.err.find("no answer from rank 1 within 1 s"), std::string::npos) << r.err;
  EXPECT_TRUE(exists("run/last.safetensors"));
}

class LaunchedTest : public ToolTest {};

TEST_F(LaunchedTest, IsRefusedWhereTheComponentIsMissingUnlessItIsToBeAlone) {
  const std::string as_a_rank = "OMPI_COMM_WORLD_SIZE=2 OMPI_COMM_WORLD_RANK=0 ";
  const ToolResult missing = run(as_a_rank + "FER_MPI=/nowhere/libfer_mpi.so " + kTrain + "--out run");
  EXPECT_EQ(missing.status, 1);
  expect_one_line_error(missing, "fer-train", "OMPI_COMM_WORLD_SIZE in the environment says");
  const ToolResult alone = run(as_a_rank + "FER_MPI=off " + kTrain + "--out run --quiet");
  EXPECT_EQ(alone.status, 0) << alone.err;
}

}  // namespace
}  // namespace fer::test
