// What every program does where its output goes nowhere, and where its own files are damaged.
#include <gtest/gtest.h>

#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

using HostileOutput = ToolTest;

constexpr const char* kPrograms[] = {"fer-train", "fer-eval",    "fer-predict",  "fer-info",
                                     "fer-data",  "fer-convert", "fer-calibrate"};

// Issue 12: a message that could not be written ended every program by SIGABRT.
TEST_F(HostileOutput, StatusIsTheSameWhereStderrIsClosedOrFull) {
  for (const std::string program : kPrograms) {
    for (const char* nowhere : {"2>&-", "2>/dev/full"}) {
      EXPECT_EQ(run(program + " --no-such-option " + nowhere).status, 2) << program << nowhere;
    }
  }
  for (const char* nowhere : {"2>&-", "2>/dev/full"}) {
    EXPECT_EQ(run(std::string("fer-eval missing.safetensors faces.csv ") + nowhere).status, 1) << nowhere;
    EXPECT_EQ(run(std::string("fer-train missing.csv --out run ") + nowhere).status, 1) << nowhere;
  }
}

TEST_F(HostileOutput, NotesThatNobodyReadsChangeNothing) {
  write("unlabelled.csv", csv_text(42, 0, 0, false));  // without usages fer-train notes how it splits
  const std::string train = "fer-train unlabelled.csv --network net.json --epochs 1 --out ";
  const ToolResult heard = run(train + "heard");
  ASSERT_EQ(heard.status, 0) << heard.err;
  ASSERT_NE(heard.err, "");
  for (const std::string where : {"closed 2>&-", "full 2>/dev/full"}) EXPECT_EQ(run(train + where).status, 0) << where;
}

TEST_F(HostileOutput, OutputThatCannotBeWrittenIsAnError) {
  for (const std::string program : kPrograms) {
    for (const char* nowhere : {">&-", ">/dev/full"}) {
      const ToolResult r = run(program + " --help " + nowhere);
      EXPECT_EQ(r.status, 1) << program << nowhere;
      EXPECT_TRUE(r.err.starts_with(program + ": cannot write")) << r.err;
      EXPECT_EQ(run(program + " --version " + nowhere + " 2>&-").status, 1) << program << nowhere;
    }
  }
}

TEST_F(HostileOutput, AFileThatMayNotGrowIsAnError) {
  const ToolResult r = run("ulimit -f 8; fer-train faces.csv --network net.json --epochs 1 --quiet --out run");
  EXPECT_EQ(r.status, 1) << r.err;
  expect_one_line_error(r, "fer-train", "File too large");
}

TEST_F(HostileOutput, ThreadsAreThoseThatTheEnvironmentAllows) {
  for (const char* limit : {"OMP_THREAD_LIMIT=1", "OMP_NUM_THREADS=1", "OMP_NUM_THREADS=1,4"}) {
    const ToolResult r = run(std::string(limit) + " fer-train faces.csv --network net.json --epochs 1 --out run" +
                             std::to_string(std::string(limit).size()));
    ASSERT_EQ(r.status, 0) << r.err;
    EXPECT_NE(r.out.find(", 1 thread"), std::string::npos) << limit << r.out;
    EXPECT_EQ(r.out.find(", 1 threads"), std::string::npos) << limit << r.out;
  }
}

// Issue 12: a damaged run.json was called a mistake of the command, with status 2.
TEST_F(HostileOutput, ADamagedRunJsonIsTheFilesFault) {
  train_small_model();
  const std::string resume = "fer-train --resume --out run";
  const std::string whole = read_text(path("run/run.json"));
  const auto refusal = [&](const std::string& text) {
    write("run/run.json", text);
    return run(resume);
  };
  nlohmann::ordered_json damaged = nlohmann::ordered_json::parse(whole);
  damaged["options"]["batch-size"] = "7x";
  ToolResult r = refusal(damaged.dump());
  EXPECT_EQ(r.status, 1) << r.err;
  expect_one_line_error(r, "fer-train", "run/run.json: ");
  damaged["options"] = {{"no-such-option", "1"}};
  r = refusal(damaged.dump());
  EXPECT_EQ(r.status, 1) << r.err;
  expect_one_line_error(r, "fer-train", "run/run.json: ");
  // Deep nesting took all of the stack.
  for (const std::string bracket : {"[", "{\"a\":"}) {
    std::string deep;
    for (int i = 0; i < 200000; ++i) deep += bracket;
    r = refusal(deep);
    EXPECT_EQ(r.status, 1) << r.err;
    expect_one_line_error(r, "fer-train", "run/run.json: ");
  }
  std::string calls;
  for (int i = 0; i < 200000; ++i) calls += "[";
  calls += std::string(200000, ']');
  nlohmann::ordered_json good = nlohmann::ordered_json::parse(whole);
  std::string text = good.dump();
  const size_t at = text.find("\"calls\":[");
  ASSERT_NE(at, text.npos);
  text.insert(at + 9, calls + ",");
  r = refusal(text);
  EXPECT_EQ(r.status, 1) << r.err;
  expect_one_line_error(r, "fer-train", "expected at most 16 levels");
}

}  // namespace
}  // namespace fer::test
