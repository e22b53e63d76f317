// The page of the models that come with libfer is made of their cards (tools/model-cards).
#include "fer/model.h"
#include "tests/support/paths.h"
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

class ModelCards : public ToolTest {
 protected:
  ToolResult cards(const std::string& folder) const {
    return run("python3 '" + fer::source_dir() + "/tools/model-cards' " + folder);
  }
  std::string sha256(const std::string& file) const { return run("sha256sum " + file).out.substr(0, 64); }
};

TEST_F(ModelCards, ThePageInTheSourceIsTheirs) {
  const std::string models = std::string(fer::source_dir()) + "/data/models";
  ASSERT_EQ(run("cp -r '" + models + "' models && chmod -R u+w models").status, 0);
  const ToolResult r = cards("models");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_EQ(read_text(path("models/README.md")), read_text(models + "/README.md"))
      << "tools/model-cards writes it anew";
}

// They are what a repository carries for ever.
TEST_F(ModelCards, ModelsInTheSourceAreSmallAndLoad) {
  for (const auto& entry : std::filesystem::directory_iterator(std::string(fer::source_dir()) + "/data/models")) {
    if (entry.path().extension() != ".safetensors") continue;
    EXPECT_LT(entry.file_size(), 3'000'000u) << entry.path();
    EXPECT_FALSE(load_model(entry.path()).network.class_names.empty()) << entry.path();
  }
}

TEST_F(ModelCards, HaveFiguresAndSayHowTheModelWasMade) {
  train_small_model();
  ASSERT_EQ(run("mkdir models && cp run/best.safetensors models/small.safetensors").status, 0);
  write("models/small.json",
        R"({"about": "A network.", "figures": [{"on": "PrivateTest", "accuracy": 0.5, "macro_f1": 0.25},
      {"on": "PublicTest", "accuracy": 0.75}], "per_class": {"angry": {"recall": 0.5}}, "command": "fer-train",
      "seed": 7, "sha256": ")" +
            sha256("models/small.safetensors") + "\"}");
  const ToolResult r = cards("models");
  ASSERT_EQ(r.status, 0) << r.err;
  const std::string page = read_text(path("models/README.md"));
  for (const char* part :
       {"## small\n\nA network.\n", "| on | accuracy | macro f1 |\n|---|---|---|\n| PrivateTest | 0.5000 | 0.2500 |\n",
        "| PublicTest | 0.7500 |  |\n", "| class | recall |\n|---|---|\n| angry | 0.5000 |\n", "- **seed**: 7\n"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part << page;
  }
}

TEST_F(ModelCards, ThatDoNotFitTheirModelsAreRefused) {
  train_small_model();
  ASSERT_EQ(run("mkdir models && cp run/best.safetensors models/small.safetensors").status, 0);
  EXPECT_NE(cards("models").err.find("small: expected a model and its card"), std::string::npos);
  write("models/small.json", R"({"sha256": "0"})");
  const ToolResult r = cards("models");
  EXPECT_EQ(r.status, 1);
  EXPECT_NE(r.err.find("small.json: sha256: expected the model's, " + sha256("models/small.safetensors")),
            std::string::npos)
      << r.err;
  EXPECT_FALSE(exists("models/README.md"));
}

}  // namespace
}  // namespace fer::test
