// fer-serve as a program: its options, what it says, and how it ends. (What it answers: tests/serve.)
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

class FerServe : public ToolTest {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(fer::tools_dir() + "/fer-serve")) GTEST_SKIP() << "fer-serve is not built: no Boost";
    ToolTest::SetUp();
    train_small_model();
  }

  // Starts it with `options`, runs `script` (where $port is its port and $pid its process), ends it, and prints its
  // status.
  ToolResult serve(const std::string& options, const std::string& script) const {
    return run("fer-serve " + options +
               " > line.txt 2> notes.txt & pid=$!; port=; while [ -z \"$port\" ] && kill -0 $pid; do " +
               "port=$(sed -n 's/.*:\\([0-9]*\\)\\/ .*/\\1/p' line.txt); sleep 0.02; done; " + script +
               "; kill -TERM $pid; wait $pid; echo status $?");
  }
};

TEST_F(FerServe, SaysItsAddressServesAndEndsWhenAsked) {
  const ToolResult r = serve("run/best.safetensors --port 0 --detector none", "cat line.txt");
  EXPECT_NE(r.out.find("fer-serve: http://127.0.0.1:"), std::string::npos) << r.out << read_text(path("notes.txt"));
  EXPECT_NE(r.out.find("status 0\n"), std::string::npos) << r.out;
  EXPECT_EQ(read_text(path("notes.txt")), "");
}

TEST_F(FerServe, ThePortMayComeFromTheEnvironment) {
  const ToolResult r = run("PORT=99999 fer-serve run/best.safetensors");
  EXPECT_EQ(r.status, 2);
  EXPECT_NE(r.err.find("PORT"), std::string::npos) << r.err;
}

TEST_F(FerServe, OneModelsNameIsGivenOnce) {
  const ToolResult r =
      run("cp run/best.safetensors other.safetensors; mkdir b; cp run/best.safetensors b/; "
          "fer-serve run/best.safetensors b/best.safetensors --detector none");
  EXPECT_EQ(r.status, 2);
  expect_one_line_error(r, "fer-serve", "there is a model \"best\" already: NAME=b/best.safetensors");
}

TEST_F(FerServe, WhatCannotBeServedIsSaid) {
  EXPECT_EQ(run("fer-serve run/best.safetensors --max-bytes 3").status, 2);
  EXPECT_EQ(run("fer-serve run/best.safetensors --token 'a b'").status, 2);
  EXPECT_EQ(run("fer-serve missing.safetensors").status, 1);
  EXPECT_EQ(run("fer-serve run/best.safetensors --host nowhere --detector none").status, 1);
  EXPECT_EQ(run("fer-serve run/best.safetensors --detector missing.xml").status, 1);
}

TEST_F(FerServe, ATokenIsReadFromAFileOrTheEnvironmentAndOpenDoorsAreNamed) {
  write("token.txt", "secret\n");
  serve("run/best.safetensors --port 0 --detector none --host 0.0.0.0", "true");
  EXPECT_NE(read_text(path("notes.txt")).find("without --token whoever reaches this address may ask"),
            std::string::npos);
  serve("run/best.safetensors --port 0 --detector none --host 0.0.0.0 --token-file token.txt", "true");
  EXPECT_EQ(read_text(path("notes.txt")), "");
}

// (packaging/compose.yaml sets it so where nobody gives one.)
TEST_F(FerServe, AnEmptyTokenInTheEnvironmentIsNone) {
  setenv("FER_TOKEN", "", 1);
  const ToolResult r = serve("run/best.safetensors --port 0 --detector none", "cat line.txt");
  unsetenv("FER_TOKEN");
  EXPECT_NE(r.out.find("status 0\n"), std::string::npos) << r.out << read_text(path("notes.txt"));
  EXPECT_EQ(run("FER_TOKEN='a b' fer-serve run/best.safetensors").status, 2);
}

}  // namespace
}  // namespace fer::test
