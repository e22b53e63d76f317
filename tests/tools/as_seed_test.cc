// fer-train --as-seed, snapshots and what fer-eval makes of them.
#include "as_seed.h"

#include "tool_run.h"

namespace fer::test {
namespace {

class AsSeed : public ToolTest {
 protected:
  // net.json with a training block.
  void write_network(const std::string& training) const {
    nlohmann::json network = nlohmann::json::parse(kNetwork);
    network["training"] = nlohmann::json::parse(training);
    write("seed.json", network.dump());
  }
  nlohmann::json config_of(const std::string& folder) const {
    return nlohmann::json::parse(read_text(path(folder + "/config.json")))["config"];
  }
};

TEST_F(AsSeed, TrainsAsTheFileSaysAndSaysWhatItDoesNot) {
  write_network(
      R"({"optimizer": {"name": "rmsprop", "learning_rate": 0.002}, "loss": "squared_hinge", "batch_size": null,
    "iterations": 5, "steps_per_epoch": 2, "checkpoint_every_iterations": 2, "class_weights": "balanced",
    "split": {"validation": 0.2, "of": "Training", "seed": 3}, "augmentation": {"zoom": 0.1},
    "callbacks": [{"name": "early_stopping", "monitor": "val_acc", "patience": 7}], "stages": ["one", "two"]})");
  const ToolResult r = run("fer-train faces.csv --network seed.json --as-seed --batch-size 7 --out run");
  ASSERT_EQ(r.status, 0) << r.err;
  const nlohmann::json config = config_of("run");
  EXPECT_EQ(config["optimizer"]["name"], "rmsprop");
  EXPECT_EQ(config["loss"], "squared_hinge");
  EXPECT_EQ(config["batch_size"], 7) << "an option wins";
  EXPECT_EQ(config["epochs"], 3) << "5 steps are 3 epochs of 2";
  EXPECT_EQ(config["max_steps"], 5);
  EXPECT_EQ(config["early_stopping"]["monitor"], "val_accuracy");
  EXPECT_EQ(config["reduce_lr"]["enabled"], false);
  EXPECT_EQ(config["augmentation"]["zoom"], 0.1);
  EXPECT_EQ(config["class_weights"].size(), 7u);
  EXPECT_NE(r.err.find("fer-train: as seed: batch_size: not known: 64 is used\n"), std::string::npos) << r.err;
  EXPECT_NE(r.err.find("fer-train: as seed: stages: 2: \"two\": not done"), std::string::npos) << r.err;
  EXPECT_NE(r.out.find("train 34 (random 80 %), validate 8 (random 20 %)"), std::string::npos) << r.out;
  EXPECT_TRUE(exists("run/snapshots/step-000002.safetensors"));
  EXPECT_TRUE(exists("run/snapshots/step-000004.safetensors"));
}

TEST_F(AsSeed, ResumesAsItBegan) {
  write_network(R"({"optimizer": {"name": "rmsprop", "decay": 0.9, "momentum": 0.5}, "batch_size": 7, "epochs": 1})");
  ASSERT_EQ(run("fer-train faces.csv --network seed.json --as-seed --quiet --out run").status, 0);
  const ToolResult r = run("fer-train --resume --epochs 2 --out run --quiet");
  ASSERT_EQ(r.status, 0) << r.err;
  ASSERT_EQ(run("fer-train faces.csv --network seed.json --as-seed --epochs 2 --quiet --out whole").status, 0);
  EXPECT_EQ(read_text(path("run/best.safetensors")), read_text(path("whole/best.safetensors")));
  EXPECT_EQ(config_of("run")["optimizer"]["name"], "rmsprop-tf1");
}

TEST_F(AsSeed, RefusesAFileWithoutSettingsAndNamesAWrongField) {
  expect_one_line_error(run("fer-train faces.csv --network net.json --as-seed --out run"), "fer-train",
                        "net.json: training: expected the settings");
  write_network(R"({"batch_size": -3})");
  const ToolResult r = run("fer-train faces.csv --network seed.json --as-seed --out run");
  EXPECT_EQ(r.status, 1);
  expect_one_line_error(r, "fer-train", "seed.json: training: batch_size: expected a whole number of 1 or more");
  EXPECT_FALSE(exists("run"));
}

TEST_F(AsSeed, SnapshotsMakeAnEnsemble) {
  const ToolResult r =
      run("fer-train faces.csv --network net.json --epochs 1 --batch-size 7 --save-every 2 --quiet --out run");
  ASSERT_EQ(r.status, 0) << r.err;
  const std::string models =
      "run/snapshots/step-000002.safetensors run/snapshots/step-000004.safetensors "
      "run/snapshots/step-000006.safetensors";
  const ToolResult mean = run("fer-eval " + models + " faces.csv --json --report mean.html");
  ASSERT_EQ(mean.status, 0) << mean.err;
  const nlohmann::json json = json_lines(mean.out)[0];
  EXPECT_EQ(json["models"].size(), 3u);
  EXPECT_EQ(json["joined_by"], "mean");
  EXPECT_TRUE(exists("mean.html"));
  const ToolResult vote = run("fer-eval " + models + " faces.csv --vote");
  ASSERT_EQ(vote.status, 0) << vote.err;
  EXPECT_TRUE(vote.out.starts_with("the votes of 3 models on PrivateTest")) << vote.out;
  // One model three times is that model.
  const std::string one = "run/best.safetensors";
  const ToolResult alone = run("fer-eval " + one + " faces.csv --json"),
                   thrice = run("fer-eval " + one + " " + one + " " + one + " faces.csv --json");
  EXPECT_EQ(json_lines(alone.out)[0]["accuracy"], json_lines(thrice.out)[0]["accuracy"]);
}

TEST_F(AsSeed, AnEnsembleOfOtherClassesIsRefusedByName) {
  train_small_model();
  nlohmann::json network = nlohmann::json::parse(kNetwork);
  std::swap(network["class_names"][0], network["class_names"][1]);
  write("other.json", network.dump());
  ASSERT_EQ(run("fer-train faces.csv --network other.json --epochs 1 --batch-size 7 --out other --quiet").status, 0);
  const ToolResult r = run("fer-eval run/best.safetensors other/best.safetensors faces.csv");
  EXPECT_EQ(r.status, 1);
  expect_one_line_error(r, "fer-eval", "other/best.safetensors: expected classes 7 (angry, disgust,");
  EXPECT_EQ(run("fer-eval run/best.safetensors faces.csv --vote").status, 2);
}

TEST(EpochsOfSteps, AreThoseThatTheStepsMake) {
  TrainConfig config;
  EXPECT_EQ(cli::epochs_of_steps(config, 1000), 100);
  config.max_steps = 33;
  EXPECT_EQ(cli::epochs_of_steps(config, 1000), 3) << "16 steps a pass";
  config.steps_per_epoch = 33;
  EXPECT_EQ(cli::epochs_of_steps(config, 1000), 1);
  config.epochs = 2;
  config.steps_per_epoch = 1;
  EXPECT_EQ(cli::epochs_of_steps(config, 1000), 2);
}

}  // namespace
}  // namespace fer::test
