// A model that comes with libfer, and its card, made by one command (tools/make-model).
#include "fer/model_file.h"
#include "tests/support/paths.h"
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

class MakeModel : public ToolTest {
 protected:
  void SetUp() override {
    ToolTest::SetUp();
    write("recipe.json", R"({"network": "net.json", "description": "short", "training": {"epochs": 1, "batch_size": 7,
      "split": {"train": "Training", "validation": "PublicTest"}, "model": "last", "callbacks": []}})");
  }
  ToolResult make(const std::string& data) const {
    return run("python3 '" + fer::source_dir() + "/tools/make-model' small " + data +
               " --recipe recipe.json --views flip --run run --out models --programs '" + fer::tools_dir() + "'");
  }
};

TEST_F(MakeModel, TrainsStoresCalibratesAndWritesTheCard) {
  const ToolResult r = make("faces.csv");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(load_model(path("models/small.safetensors")).temperature, 1);
  EXPECT_LT(std::filesystem::file_size(path("models/small.safetensors")),
            std::filesystem::file_size(path("run/best.safetensors")));
  const auto card = nlohmann::json::parse(read_text(path("models/small.json")));
  ASSERT_EQ(card["figures"].size(), 6u);
  EXPECT_EQ(card["figures"][0]["on"], "PrivateTest of fer2013");
  EXPECT_EQ(card["figures"][0]["pictures"], 14);
  EXPECT_EQ(card["figures"][2]["views"], "flip");
  EXPECT_EQ(card["figures"][5]["on"], "PublicTest of fer2013");
  EXPECT_EQ(card["made_by"],
            "tools/make-model small faces.csv, which trains by: fer-train faces.csv --recipe recipe.json --seed 42");
  // The page of the models takes it as it is, and so does whoever asks for the default model.
  ASSERT_EQ(run("python3 '" + fer::source_dir() + "/tools/model-cards' models").status, 0);
  const ToolResult eval = run("FER_MODEL=models/small.safetensors fer-eval faces.csv");
  EXPECT_EQ(eval.status, 0) << eval.err;
  EXPECT_NE(eval.err.find("% of PrivateTest of fer2013"), std::string::npos) << eval.err;
}

TEST_F(MakeModel, MakesTheSameBytesOfARunThatHasEnded) {
  ASSERT_EQ(make("faces.csv").status, 0);
  ASSERT_EQ(run("mv models first").status, 0);
  ASSERT_EQ(make("faces.csv").status, 0);
  EXPECT_EQ(
      run("cmp first/small.safetensors models/small.safetensors && cmp first/small.json models/small.json").status, 0);
}

TEST_F(MakeModel, LeavesNothingWhereTrainingIsRefused) {
  const ToolResult r = make("no.csv");
  EXPECT_EQ(r.status, 1);
  EXPECT_NE(r.err.find("no.csv"), std::string::npos) << r.err;
  EXPECT_FALSE(exists("models"));
}

}  // namespace
}  // namespace fer::test
