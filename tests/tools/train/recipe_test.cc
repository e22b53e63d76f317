// fer-train --recipe.
#include "tools/train/recipe.h"

#include "fer/recipe.h"
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

class RecipeOption : public ToolTest {
 protected:
  nlohmann::json config_of(const std::string& folder) const {
    return nlohmann::json::parse(read_text(path(folder + "/config.json")))["config"];
  }
  // A recipe of a small network, as a file.
  void write_recipe(const std::string& name, const std::string& training) const {
    nlohmann::json recipe = nlohmann::json::parse(kNetwork);
    recipe["training"] = nlohmann::json::parse(training);
    write(name, recipe.dump());
  }
  static constexpr const char* kTraining =
      R"({"optimizer": {"name": "sgd", "learning_rate": 0.05}, "batch_size": 7, "epochs": 2, "loss": "cross_entropy",
          "weight_average": 0.9, "split": {"train": "Training", "validation": "PublicTest"}, "callbacks": []})";
};

TEST_F(RecipeOption, TakesOneThatComesWithTheLibrary) {
  const ToolResult r = run("fer-train faces.csv --recipe tiny --epochs 1 --precision fp32 --out run");
  ASSERT_EQ(r.status, 0) << r.err;
  const Recipe tiny = load_recipe("tiny");
  const nlohmann::json config = config_of("run");
  EXPECT_EQ(config["epochs"], 1) << "the option wins";
  EXPECT_EQ(config["batch_size"], tiny.config.batch_size);
  EXPECT_EQ(config["label_smoothing"], tiny.config.label_smoothing);
  EXPECT_EQ(config["optimizer"]["name"], "sgd");
  EXPECT_NE(r.out.find(tiny.network.name + ", "), std::string::npos) << r.out;
  EXPECT_NE(r.err.find("fer-train: recipe tiny: given beside it, and used in its place: --epochs 1 --precision fp32\n"),
            std::string::npos)
      << r.err;
  EXPECT_NE(read_text(path("run/report.html")).find("of recipe tiny"), std::string::npos);
}

TEST_F(RecipeOption, IsUndoneByOptionsThatTurnASettingOff) {
  write_recipe("all.json", R"({"optimizer": {"name": "sgd", "learning_rate": 0.05}, "batch_size": 7, "epochs": 1,
      "loss": "cross_entropy", "clipping": {"norm": 1}, "class_weights": "balanced", "callbacks": [],
      "learning_rate_multipliers": {"conv": 0.5}, "preprocessing": {"resize": [52, 52]},
      "augmentation": {"horizontal_flip": true, "crop": [40, 40]}, "split": {"validation": 0.2}})");
  const ToolResult r =
      run("fer-train faces.csv --recipe all.json --flip=false --crop none --resize none --lr-multipliers none "
          "--class-weights none --clip-norm 0 --clip-value 1 --split official --out run");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.err.find("in its place: --flip=false --crop none --resize none"), std::string::npos) << r.err;
  EXPECT_NE(r.out.find("train 42 (Training)"), std::string::npos) << r.out;
  const nlohmann::json config = config_of("run");
  EXPECT_EQ(config["augmentation"]["horizontal_flip"], false);
  for (const char* left_out : {"crop", "resize", "learning_rate_multipliers"}) {
    EXPECT_EQ(config.dump().find(left_out), std::string::npos) << left_out;
  }
  EXPECT_EQ(config["clipping"]["norm"], 0);
  EXPECT_TRUE(config["class_weights"].empty());
  ASSERT_EQ(run("fer-train --resume --out run --epochs 2 --quiet").status, 0) << "as it began";
}

TEST_F(RecipeOption, SaysThatAPrecisionIsNotAvailable) {
  ASSERT_EQ(load_recipe("tiny").config.precision,
            precision_available(Precision::kBf16) ? Precision::kBf16 : Precision::kFp32);
  const std::string train = "FER_TARGET=scalar fer-train faces.csv --recipe tiny --max-steps 1 --limit 2 ";
  const ToolResult r = run(train + "--out run");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.err.find("fer-train: recipe tiny: precision: bf16 needs a CPU with AVX512_BF16: fp32 is used\n"),
            std::string::npos)
      << r.err;
  EXPECT_EQ(config_of("run")["precision"], "fp32");
  const ToolResult answered = run(train + "--precision fp32 --out answered");
  ASSERT_EQ(answered.status, 0) << answered.err;
  EXPECT_EQ(answered.err.find("AVX512_BF16"), std::string::npos) << answered.err;
}

TEST_F(RecipeOption, TakesAFileAndIsResumedAsItBeganWhateverTheFileSaysByThen) {
  write_recipe("mine.json", kTraining);
  ASSERT_EQ(run("fer-train faces.csv --recipe mine.json --out whole --quiet").status, 0);
  EXPECT_EQ(config_of("whole")["optimizer"]["learning_rate"].get<float>(), 0.05f);
  EXPECT_EQ(config_of("whole")["early_stopping"]["enabled"], false);

  ASSERT_EQ(run("fer-train faces.csv --recipe mine.json --epochs 1 --out run --quiet").status, 0);
  write_recipe("mine.json", R"({"batch_size": 14, "epochs": 9})");
  const ToolResult r = run("fer-train --resume --epochs 2 --out run --quiet");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_EQ(read_text(path("run/best.safetensors")), read_text(path("whole/best.safetensors")));
  // The folder alone is enough, wherever it goes.
  ASSERT_EQ(run("mkdir away && mv run away && rm mine.json").status, 0);
  const ToolResult moved = run("fer-train --resume --epochs 3 --out away/run --quiet");
  EXPECT_EQ(moved.status, 0) << moved.err;
  EXPECT_EQ(config_of("away/run")["batch_size"], 7);
}

TEST_F(RecipeOption, IsTheSameAsTheSettingsOfANetworksFile) {
  write_recipe("mine.json", kTraining);
  ASSERT_EQ(run("fer-train faces.csv --recipe mine.json --out a --quiet").status, 0);
  ASSERT_EQ(run("fer-train faces.csv --network mine.json --as-seed --out b --quiet").status, 0);
  EXPECT_EQ(read_text(path("a/best.safetensors")), read_text(path("b/best.safetensors")));
}

TEST_F(RecipeOption, HasStagesToo) {
  write_recipe("mine.json", R"({"batch_size": 7, "epochs": 1, "stages": ["fit", "fit again"]})");
  const ToolResult r = run("fer-train faces.csv --recipe mine.json --out run");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_TRUE(exists("run/stage-1/best.safetensors"));
  EXPECT_NE(r.out.find("stage 2 of 2"), std::string::npos) << r.out;
}

TEST_F(RecipeOption, AnotherNetworkOrModelMayBeTrainedByIt) {
  write_recipe("mine.json", kTraining);
  nlohmann::json other = nlohmann::json::parse(kNetwork);
  other["name"] = "other";
  write("other.json", other.dump());
  const ToolResult r = run("fer-train faces.csv --recipe mine.json --network other.json --out run");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.out.find("other, "), std::string::npos) << r.out;
  const ToolResult tuned = run("fer-train faces.csv --recipe mine.json --init run/best.safetensors --out tuned");
  ASSERT_EQ(tuned.status, 0) << tuned.err;
  EXPECT_NE(tuned.out.find("other, "), std::string::npos) << tuned.out;
}

TEST_F(RecipeOption, AFileMayNameANetworkFromItsOwnFolder) {
  ASSERT_EQ(run("mkdir recipes").status, 0);
  write("recipes/mine.json", std::string(R"({"network": "../net.json", "training": )") + kTraining + "}");
  const ToolResult r = run("fer-train faces.csv --recipe recipes/mine.json --epochs 1 --out run --quiet");
  ASSERT_EQ(r.status, 0) << r.err;
  ASSERT_EQ(run("rm -r recipes net.json").status, 0);
  const ToolResult resumed = run("fer-train --resume --epochs 2 --out run --quiet");
  EXPECT_EQ(resumed.status, 0) << resumed.err;
}

TEST_F(RecipeOption, AMarkOrAWrongNameListsThem) {
  const ToolResult list = run("fer-train --recipe ?"), info = run("fer-info --list");
  ASSERT_EQ(list.status, 0) << list.err;
  const ToolResult wrong = run("fer-train faces.csv --recipe huge");
  EXPECT_EQ(wrong.status, 1);
  expect_one_line_error(wrong, "fer-train", "recipe 'huge': expected a file ending in .json or one of ");
  for (const std::string& name : recipe_names()) {
    EXPECT_NE(list.out.find(name + " "), std::string::npos) << list.out;
    EXPECT_NE(wrong.err.find(name), std::string::npos) << wrong.err;
    EXPECT_FALSE(load_recipe(name).description.empty()) << name;
  }
  EXPECT_NE(info.out.find("fer-train --recipe NAME:\n" + list.out), std::string::npos) << info.out;
  EXPECT_FALSE(exists("runs"));
}

TEST_F(RecipeOption, RefusesWhatDoesNotGoWithIt) {
  write_recipe("mine.json", kTraining);
  const std::string train = "fer-train faces.csv --recipe mine.json ";
  for (const auto& [options, says] :
       {std::pair("--as-seed", "--as-seed does not go with --recipe"),
        std::pair("--init net.json --network net.json --out run", "--network does not go with --init"),
        std::pair("--stage 2 --out run", "--stage: a later stage needs --init")}) {
    const ToolResult r = run(train + options);
    EXPECT_EQ(r.status, 2) << options;
    expect_one_line_error(r, "fer-train", says);
  }
  write("bad.json", R"({"network": "net.json", "layers": [], "training": {}})");
  expect_one_line_error(run("fer-train faces.csv --recipe bad.json"), "fer-train",
                        "bad.json: network: expected it in place of layers, found both");
  write("bad.json", R"({"network": "net.json", "training": {"epochs": 0}})");
  expect_one_line_error(run("fer-train faces.csv --recipe bad.json"), "fer-train",
                        "bad.json: training: epochs: expected a whole number from 1");
}

}  // namespace
}  // namespace fer::test
