// fer-train --as-seed, snapshots and what fer-eval makes of them.
#include "tools/train/as_seed.h"

#include "tests/tools/tool_run.h"

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
  int train_rows(const std::string& folder) const {
    return nlohmann::json::parse(read_text(path(folder + "/run.json")))["data"]["train"]["pictures"];
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
    "callbacks": [{"name": "early_stopping", "monitor": "val_acc", "patience": 7}]})");
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
  EXPECT_EQ(r.err.find("batch_size"), std::string::npos) << "an option says it: " << r.err;
  EXPECT_NE(r.err.find("fer-train: as seed: split: seed 3: draws other rows"), std::string::npos) << r.err;
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

TEST_F(AsSeed, ACropHoldsInEveryStageAndMixingInTheAugmentedOne) {
  write_network(R"({"batch_size": 7, "epochs": 1, "stages": ["fit", "fit again on augmented pictures"],
    "augmentation": {"stage": 2, "crop": [40, 44], "erasing": 0.5}, "mixing": {"mixup": 0.2}})");
  const ToolResult r = run("fer-train faces.csv --network seed.json --as-seed --out run");
  ASSERT_EQ(r.status, 0) << r.err;
  const nlohmann::json first = config_of("run/stage-1"), second = config_of("run");
  EXPECT_EQ(first["augmentation"]["crop"], nlohmann::json({40, 44}));
  EXPECT_FALSE(first["augmentation"].contains("erasing"));
  EXPECT_FALSE(first.contains("mixing"));
  EXPECT_EQ(second["augmentation"]["crop"], nlohmann::json({40, 44}));
  EXPECT_EQ(second["augmentation"]["erasing"], 0.5);
  EXPECT_EQ(second["mixing"]["mixup"], 0.2);
}

class AsSeedInStages : public AsSeed {
 protected:
  void SetUp() override {
    AsSeed::SetUp();
    write_network(R"({"batch_size": 7, "epochs": 2, "split": {"validation": 0.2, "of": "Training"},
      "stages": ["fit", "again on wrongly classified pictures", "fit again (3 epochs) on augmented pictures"],
      "augmentation": {"stage": 3, "zoom": 0.1}})");
  }
  static constexpr const char* kTrain = "fer-train faces.csv --network seed.json --as-seed ";
};

TEST_F(AsSeedInStages, TrainsOneAfterTheOther) {
  const ToolResult r = run(std::string(kTrain) + "--out run");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.out.find("stage 2 of 3: \"again on wrongly classified pictures\"\n"), std::string::npos) << r.out;
  EXPECT_NE(r.err.find("stages: 3: \"fit again (3 epochs) on augmented pictures\": from the best weights of the stage "
                       "before, on the training part, augmented\n"),
            std::string::npos)
      << r.err;
  EXPECT_EQ(config_of("run/stage-1")["augmentation"]["zoom"], 0);
  EXPECT_EQ(config_of("run/stage-2")["augmentation"]["zoom"], 0);
  EXPECT_EQ(config_of("run/stage-2")["epochs"], 2);
  EXPECT_EQ(config_of("run")["augmentation"]["zoom"], 0.1);
  EXPECT_EQ(config_of("run")["epochs"], 3);
  EXPECT_LT(train_rows("run/stage-2"), train_rows("run/stage-1"));
  EXPECT_EQ(train_rows("run"), train_rows("run/stage-1"));

  // The same one by one.
  const std::string one_by_one = std::string(kTrain) + "--quiet --stage ";
  ASSERT_EQ(run(one_by_one + "1 --out a").status, 0);
  ASSERT_EQ(run(one_by_one + "2 --init a/best.safetensors --out b").status, 0);
  ASSERT_EQ(run(one_by_one + "3 --init b/best.safetensors --out c").status, 0);
  EXPECT_EQ(read_text(path("run/best.safetensors")), read_text(path("c/best.safetensors")));
}

TEST_F(AsSeedInStages, ResumesTheStageThatWasInterrupted) {
  ASSERT_EQ(run(std::string(kTrain) + "--quiet --out run").status, 0);
  // As a run that was killed in its second stage, and one between the second and the third.
  for (const std::string lost : {"half/stage-2/best.safetensors half/stage-2/last.safetensors", "-r half/stage-2"}) {
    SCOPED_TRACE(lost);
    ASSERT_EQ(run("rm -rf half && mkdir half && cp -r run/stage-1 run/stage-2 half && rm " + lost).status, 0);
    EXPECT_EQ(run(std::string(kTrain) + "--quiet --out half").status, 1) << "a run is there";
    const ToolResult r = run("fer-train --resume --out half");
    ASSERT_EQ(r.status, 0) << r.err;
    EXPECT_NE(r.out.find("stage 3 of 3"), std::string::npos) << r.out;
    EXPECT_EQ(read_text(path("run/best.safetensors")), read_text(path("half/best.safetensors")));
  }
}

TEST_F(AsSeedInStages, AStageWithNothingWrongIsLeftOut) {
  const ToolResult r = run(std::string(kTrain) + "--epochs 12 --learning-rate 0.01 --out run");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.err.find("fer-train: stage 2: too few pictures are classified wrongly: left out\n"), std::string::npos)
      << r.err;
  EXPECT_FALSE(exists("run/stage-2"));
  EXPECT_TRUE(exists("run/best.safetensors"));
  const ToolResult alone =
      run(std::string(kTrain) + "--quiet --stage 2 --init run/stage-1/best.safetensors --out alone");
  EXPECT_EQ(alone.status, 1);
  expect_one_line_error(alone, "fer-train", "too few pictures are classified wrongly");
}

TEST_F(AsSeedInStages, WhereTheLastIsLeftOutTheModelOfTheOneBeforeIsTheWholes) {
  write_network(R"({"batch_size": 7, "epochs": 2, "split": {"validation": 0.2, "of": "Training"},
    "stages": ["fit", "again on wrongly classified pictures"]})");
  ASSERT_EQ(run(std::string(kTrain) + "--quiet --epochs 12 --learning-rate 0.01 --out run").status, 0);
  EXPECT_EQ(read_text(path("run/best.safetensors")), read_text(path("run/stage-1/best.safetensors")));
}

TEST_F(AsSeedInStages, OptionsGivenWhenResumingStayAndTheFolderMayMove) {
  ASSERT_EQ(run(std::string(kTrain) + "--quiet --out run").status, 0);
  ASSERT_EQ(run("mv run moved && fer-train --resume --epochs 4 --quiet --out moved").status, 0);
  EXPECT_EQ(config_of("moved")["epochs"], 4);
  ASSERT_EQ(run("fer-train --resume --quiet --out moved").status, 0);
  EXPECT_EQ(config_of("moved")["epochs"], 4);
  EXPECT_EQ(config_of("moved/stage-2")["epochs"], 2);
}

TEST_F(AsSeedInStages, JsonSaysTheStage) {
  const ToolResult r = run(std::string(kTrain) + "--json --epochs 1 --out run");
  ASSERT_EQ(r.status, 0) << r.err;
  const std::vector<nlohmann::json> epochs = json_lines(r.out);
  ASSERT_EQ(epochs.size(), 3u);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(epochs[i]["stage"], i + 1);
}

TEST_F(AsSeedInStages, AStageIsOneOfTheFile) {
  EXPECT_EQ(run(std::string(kTrain) + "--stage 4 --init x --out run").status, 2);
  EXPECT_EQ(run(std::string(kTrain) + "--stage 2 --out run").status, 2) << "needs --init";
  EXPECT_EQ(run("fer-train faces.csv --network seed.json --stage 1 --out run").status, 2) << "needs --as-seed";
  EXPECT_FALSE(exists("run"));
}

TEST_F(AsSeed, RefusesAFileWithoutSettingsAndNamesAWrongField) {
  expect_one_line_error(run("fer-train faces.csv --network net.json --as-seed --out run"), "fer-train",
                        "net.json: training: expected the settings");
  write_network(R"({"batch_size": -3})");
  const ToolResult r = run("fer-train faces.csv --network seed.json --as-seed --out run");
  EXPECT_EQ(r.status, 1);
  expect_one_line_error(r, "fer-train", "seed.json: training: batch_size: expected a whole number from 1 to 1048576");
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
  EXPECT_EQ(epochs_of_steps(config, 1000), 100);
  config.max_steps = 33;
  EXPECT_EQ(epochs_of_steps(config, 1000), 3) << "16 steps a pass";
  config.steps_per_epoch = 33;
  EXPECT_EQ(epochs_of_steps(config, 1000), 1);
  config.epochs = 2;
  config.steps_per_epoch = 1;
  EXPECT_EQ(epochs_of_steps(config, 1000), 2);
}

}  // namespace
}  // namespace fer::test
