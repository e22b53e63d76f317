// Training further: other classes, frozen layers, what a model gets wrong.
#include <algorithm>
#include <map>
#include <set>

#include "fer/model.h"
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

class Further : public ToolTest {
 protected:
  void SetUp() override {
    ToolTest::SetUp();
    train_small_model();
  }
  static bool same_parameter(const Model& a, const Model& b, const std::string& name) {
    const auto of = [&](const Model& model) {
      return model.weights.of(*std::ranges::find(model.weights.layout.parameters, name, &Parameter::name));
    };
    const auto one = of(a), other = of(b);
    return std::ranges::equal(one, other);
  }
  static constexpr const char* kTuned = "fer-train faces.csv --init run/best.safetensors --epochs 1 --batch-size 7 ";
};

TEST_F(Further, OtherClassesGetANewHead) {
  const std::string command = std::string(kTuned) + "--classes happy,rest=sad+angry --freeze conv,norm ";
  const ToolResult r = run(command + "--out two");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.err.find("fer-train: run/best.safetensors: gets a new head (layer out, first weights from the seed) of 2 "
                       "classes (happy, rest) in place of 7 (angry, disgust, fear, happy, sad, surprise, neutral); all "
                       "weights before it are the model's\n"),
            std::string::npos)
      << r.err;
  EXPECT_NE(r.err.find("frozen: conv, norm (2 of 3 layers with weights); "), std::string::npos) << r.err;
  const Model before = load_model(path("run/best.safetensors")), after = load_model(path("two/best.safetensors"));
  EXPECT_EQ(after.network.class_names, (std::vector<std::string>{"happy", "rest"}));
  for (const char* name : {"conv/kernel", "norm/gamma", "norm/moving_mean"}) {
    EXPECT_TRUE(same_parameter(before, after, name)) << name;
  }
  EXPECT_EQ(std::ranges::count(after.network.layers, true, &Layer::frozen), 0) << "freezing is of the run alone";
  // Resumed without being told again, and exactly.
  ASSERT_EQ(run("fer-train --resume --out two --epochs 2 --quiet").status, 0);
  ASSERT_EQ(run(command + "--epochs 2 --out whole --quiet --threads 2").status, 0);
  EXPECT_TRUE(read_text(path("two/last.safetensors")).size() == read_text(path("whole/last.safetensors")).size());
  EXPECT_TRUE(read_text(path("two/best.safetensors")) == read_text(path("whole/best.safetensors")));
}

TEST_F(Further, TheModelsOwnClassesStayWhereTheDataHaveThem) {
  const std::string all = "angry,disgust,fear,happy,sad,surprise,neutral";
  const ToolResult same =
      run(std::string(kTuned) + "--classes neutral,angry,disgust,fear,happy,sad,surprise --out same");
  ASSERT_EQ(same.status, 0) << same.err;
  EXPECT_EQ(same.err, "") << "the same classes, in the model's order";
  EXPECT_EQ(load_model(path("same/best.safetensors")).network.class_names[0], "angry");
  ASSERT_EQ(run(std::string(kTuned) + "--out plain --quiet").status, 0);
  EXPECT_TRUE(same_parameter(load_model(path("same/best.safetensors")), load_model(path("plain/best.safetensors")),
                             "out/kernel"));
  ASSERT_EQ(run(std::string(kTuned) + "--classes happy,sad --out two --quiet").status, 0);
  const ToolResult kept = run("fer-train faces.csv --init two/best.safetensors --epochs 1 --batch-size 7 --out kept");
  ASSERT_EQ(kept.status, 0) << kept.err;
  EXPECT_NE(kept.err.find("two/best.safetensors: keeps its 2 classes (happy, sad); --classes " + all + " gives it"),
            std::string::npos)
      << kept.err;
}

TEST_F(Further, DataOfOtherClassesGiveANewHead) {
  for (const char* name : {"data/on/a.pgm", "data/on/b.pgm", "data/off/a.pgm", "data/off/b.pgm"}) {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    write(name, "P5\n48 48\n255\n" + std::string(48 * 48, name[6] == 'n' ? '@' : ' '));
  }
  const ToolResult r = run("fer-train data --init run/best.safetensors --epochs 1 --validation-split 0.5 --out run2");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.err.find("gets a new head"), std::string::npos) << r.err;
  EXPECT_EQ(load_model(path("run2/best.safetensors")).network.class_names, (std::vector<std::string>{"off", "on"}));
}

TEST_F(Further, FreezingIsRefusedWhereItNamesNothing) {
  const ToolResult r = run(std::string(kTuned) + "--freeze convolution --out other");
  EXPECT_EQ(r.status, 1);
  expect_one_line_error(r, "fer-train", "freeze: expected names of layers with weights (conv, norm, out)");
  EXPECT_FALSE(exists("other"));
  EXPECT_EQ(run(std::string(kTuned) + "--freeze '' --out other").status, 2);
  const ToolResult random = run("fer-train faces.csv --network net.json --freeze 1 --epochs 1 --out random");
  EXPECT_EQ(random.status, 0);
  EXPECT_NE(random.err.find("freeze: the layers keep their random first weights"), std::string::npos) << random.err;
}

TEST_F(Further, WhatAModelGetsWrongIsADataSet) {
  const ToolResult list = run("fer-eval run/best.safetensors faces.csv --split Training --list-wrong wrong.csv");
  ASSERT_EQ(list.status, 0) << list.err;
  const std::string text = read_text(path("wrong.csv"));
  EXPECT_TRUE(text.starts_with("row,label,prediction,angry,disgust,fear,happy,sad,surprise,neutral\n")) << text;
  const auto wrong = std::count(text.begin(), text.end(), '\n') - 1;
  ASSERT_GT(wrong, 0);
  EXPECT_NE(list.out.find(std::to_string(wrong) + " of 42 are wrong: wrong.csv\n"), std::string::npos) << list.out;
  const std::string said =
      "--wrong-only run/best.safetensors: " + std::to_string(wrong) + " of 42 pictures of Training";
  const ToolResult r =
      run("fer-train faces.csv --network net.json --wrong-only run/best.safetensors --epochs 1 --out on");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.err.find(said), std::string::npos) << r.err;
  EXPECT_NE(r.out.find("train " + std::to_string(wrong) + " (wrong of Training), validate 14 (PublicTest)"),
            std::string::npos)
      << r.out;
  EXPECT_EQ(run("fer-train --resume --out on --epochs 2 --quiet").status, 0);
  const ToolResult other =
      run("fer-train faces.csv --network seed001_shallow_cnn --wrong-only run/best.safetensors --out x");
  EXPECT_EQ(other.status, 1);
  EXPECT_NE(other.err.find("expected a model of the classes that are trained"), std::string::npos) << other.err;
}

// What is held out stays held out: only pictures for training are asked about, and fewer of them are trained on.
TEST_F(Further, OnWhatAModelGetsWrongLeavesTheHeldOutPartsAlone) {
  for (const std::string split : {"--split random --test-split 0.2 --validation-split 0.2", "--folds 3 --fold 2"}) {
    std::map<std::string, std::set<std::string>> plain, wrong;  // rows of parts
    for (const bool all : {true, false}) {
      auto& parts = all ? plain : wrong;
      const std::string option = all ? "" : " --wrong-only run/best.safetensors";
      const std::string command = "rm -rf on && fer-train faces.csv --network net.json --epochs 1 --quiet --out on ";
      const ToolResult r = run(command + split + option);
      ASSERT_EQ(r.status, 0) << r.err;
      std::istringstream lines(read_text(path("on/parts.csv")));
      for (std::string line; std::getline(lines, line);) parts[line.substr(0, line.find(','))].insert(line);
    }
    EXPECT_LT(wrong["train"].size(), plain["train"].size()) << split;
    EXPECT_GT(wrong["train"].size(), 0u);
    EXPECT_TRUE(std::ranges::includes(plain["train"], wrong["train"])) << split;
    plain.erase("train");
    wrong.erase("train");
    EXPECT_EQ(wrong, plain) << split;
  }
}

}  // namespace
}  // namespace fer::test
