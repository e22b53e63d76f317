#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

class FerEval : public ToolTest {
 protected:
  void SetUp() override {
    ToolTest::SetUp();
    train_small_model();
  }
};

TEST_F(FerEval, EvaluatesPrivateTestByDefault) {
  const ToolResult r = run("fer-eval run/best.safetensors faces.csv");
  ASSERT_EQ(r.status, 0) << r.err;
  for (const char* part : {"PrivateTest of faces.csv", "pictures 14", "precision", "recall", "confusion", "surprise"}) {
    EXPECT_NE(r.out.find(part), std::string::npos) << part << "\n" << r.out;
  }
}

TEST_F(FerEval, WithoutPrivateTestEvaluatesPublicTest) {
  write("no_private.csv", csv_text(42, 14, 0, true));
  const ToolResult r = run("fer-eval run/best.safetensors no_private.csv");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_TRUE(r.out.starts_with("run/best.safetensors on PublicTest of")) << r.out;
  write("all.csv", csv_text(14, 0, 0, true));
  EXPECT_TRUE(run("fer-eval run/best.safetensors all.csv").out.starts_with("run/best.safetensors on all rows of"));
}

TEST_F(FerEval, JsonIsOneObjectWithEveryFigure) {
  const ToolResult r = run("fer-eval run/best.safetensors faces.csv --split Training --json");
  ASSERT_EQ(r.status, 0) << r.err;
  const auto lines = json_lines(r.out);
  ASSERT_EQ(lines.size(), 1u);
  const auto& json = lines[0];
  EXPECT_EQ(json["model"], "run/best.safetensors");
  EXPECT_EQ(json["data"], "faces.csv");
  EXPECT_EQ(json["split"], "Training");
  EXPECT_EQ(json["count"], 42);
  EXPECT_EQ(json["classes"].size(), 7u);
  EXPECT_EQ(json["classes"][2]["name"], "fear");
  EXPECT_EQ(json["classes"][2]["support"], 6);
  EXPECT_EQ(json["confusion"].size(), 7u);
  int64_t right = 0, all = 0;
  for (size_t i = 0; i < 7; ++i) {
    for (size_t k = 0; k < 7; ++k) all += json["confusion"][i][k].get<int64_t>();
    right += json["confusion"][i][i].get<int64_t>();
  }
  EXPECT_EQ(all, 42);
  EXPECT_NEAR(json["accuracy"].get<double>(), static_cast<double>(right) / 42, 1e-12);
}

TEST_F(FerEval, AgreesWithTheLastEpochsValidation) {
  const auto history = read_text(path("run/history.csv"));
  std::istringstream line(history.substr(history.find('\n') + 1));
  std::vector<double> cells;
  for (std::string cell; std::getline(line, cell, ',');) cells.push_back(std::stod(cell));
  const auto json = nlohmann::json::parse(run("fer-eval run/best.safetensors faces.csv --split PublicTest --json").out);
  EXPECT_DOUBLE_EQ(json["accuracy"].get<double>(), cells.at(4));
  EXPECT_NEAR(json["loss"].get<double>(), cells.at(3), 1e-5 * cells.at(3));
}

TEST_F(FerEval, SplitAllTakesEveryRow) {
  EXPECT_EQ(nlohmann::json::parse(run("fer-eval run/best.safetensors faces.csv --split all --json").out)["count"], 70);
  write("plain.csv", csv_text(21, 0, 0, false));
  EXPECT_EQ(nlohmann::json::parse(run("fer-eval run/best.safetensors plain.csv --json").out)["count"], 21);
}

TEST_F(FerEval, NeitherBatchSizeNorThreadsMatter) {
  const std::string command = "fer-eval run/best.safetensors faces.csv --split all --json ";
  const std::string expected = run(command).out;
  EXPECT_EQ(run(command + "--batch-size 1 --threads 1").out, expected);
  EXPECT_EQ(run(command + "--batch-size 1000 --threads 2").out, expected);
  EXPECT_NE(run(command + "--flip").out, expected);
}

// run/crops.safetensors: the same layers with a global pool, on crops of 40x40.
class FerEvalViews : public ToolTest {
 protected:
  void SetUp() override {
    ToolTest::SetUp();
    std::string pooled = kNetwork;
    const size_t flat = pooled.find("\"flatten\"");
    write("pooled.json", pooled.replace(flat, 9, "\"global_avg_pool2d\""));
    const ToolResult r =
        run("fer-train faces.csv --network pooled.json --crop 40 --epochs 1 --batch-size 7 --out crops --quiet && "
            "fer-train faces.csv --network net.json --epochs 1 --batch-size 7 --out whole --quiet");
    ASSERT_EQ(r.status, 0) << r.err;
  }
  nlohmann::json json(const std::string& options) const {
    const ToolResult r = run("fer-eval crops/best.safetensors faces.csv --json " + options);
    EXPECT_EQ(r.status, 0) << r.err;
    return nlohmann::json::parse(r.out);
  }
};

TEST_F(FerEvalViews, AreStatedInTextAndJson) {
  const ToolResult r = run("fer-eval crops/best.safetensors faces.csv --views ten+dense");
  EXPECT_EQ(r.status, 0) << r.err;
  EXPECT_NE(
      r.out.find("\nviews ten+dense (12 views of each picture, the mean of their probabilities; crops of 40x40 out "
                 "of 48x48, and all of 48x48)\n"),
      std::string::npos)
      << r.out;
  EXPECT_EQ(run("fer-eval crops/best.safetensors faces.csv").out.find("views"), std::string::npos);
  const nlohmann::json one = json(""), ten = json("--views ten --view-mean logits");
  EXPECT_EQ(one["views"], "none");
  EXPECT_EQ(ten["views"], "ten");
  EXPECT_EQ(ten["view_count"], 10);
  EXPECT_EQ(ten["view_mean"], "logits");
  EXPECT_NE(ten["loss"], one["loss"]);
  EXPECT_NE(ten["loss"], json("--views ten")["loss"]);
}

TEST_F(FerEvalViews, FlipIsShortForMirrorImagesOfWhatIsShown) {
  EXPECT_EQ(json("--flip"), json("--views flip"));
  EXPECT_EQ(json("--flip --views five"), json("--views ten"));
  EXPECT_EQ(json("--flip --views dense"), json("--views flip+dense"));
}

TEST_F(FerEvalViews, DependOnNeitherBatchSizeNorThreads) {
  const auto expected = json("--views ten+shifts+dense --threads 1");
  EXPECT_EQ(json("--views ten+shifts+dense --threads 2"), expected);
  EXPECT_EQ(json("--views ten+shifts+dense --batch-size 1")["accuracy"], expected["accuracy"]);
}

TEST_F(FerEvalViews, RefusalsNameTheModel) {
  const auto refusal = [&](const std::string& arguments, int status, const std::string& says) {
    const ToolResult r = run("fer-eval " + arguments);
    EXPECT_EQ(r.status, status) << arguments;
    expect_one_line_error(r, "fer-eval", says);
  };
  refusal("whole/best.safetensors faces.csv --views five", 1,
          "whole/best.safetensors: views five: expected a model that stores a size to crop from (fer-train --crop)");
  refusal("crops/best.safetensors whole/best.safetensors faces.csv --views dense", 1,
          "whole/best.safetensors: views dense: expected a model that stores");
  EXPECT_EQ(run("fer-train faces.csv --network net.json --crop 40 --epochs 1 --batch-size 7 --out flat --quiet").status,
            0);
  refusal("flat/best.safetensors faces.csv --views dense", 1, "layer 'flat' makes more values of larger maps");
  refusal("crops/best.safetensors faces.csv --views twelve", 2, "--views: expected none, or flip, five, ten");
  refusal("crops/best.safetensors faces.csv --view-mean votes", 2, "--view-mean");
}

TEST_F(FerEval, StatesEachModelBesideTheEnsemble) {
  EXPECT_EQ(run("fer-train faces.csv --network net.json --epochs 1 --batch-size 7 --seed 5 --out b --quiet").status, 0);
  const std::string models = "fer-eval run/best.safetensors b/best.safetensors faces.csv ";
  const auto both = nlohmann::json::parse(run(models + "--json").out);
  const auto alone = nlohmann::json::parse(run("fer-eval b/best.safetensors faces.csv --json").out);
  ASSERT_EQ(both["members"].size(), 2u);
  EXPECT_EQ(both["members"][1]["model"], "b/best.safetensors");
  EXPECT_EQ(both["members"][1]["loss"], alone["loss"]);
  EXPECT_EQ(both["members"][1]["confusion"], alone["confusion"]);
  EXPECT_FALSE(alone.contains("members"));
  const auto weighted = nlohmann::json::parse(run(models + "--weights 0,2 --json").out);
  EXPECT_EQ(weighted["loss"], alone["loss"]);
  EXPECT_EQ(weighted["weights"], (std::vector<double>{0, 2}));
  EXPECT_EQ(weighted["members"][0]["weight"], 0);
  const std::string text = run(models + "--weights 1,0.5").out;
  EXPECT_TRUE(text.starts_with("the weighted mean of 2 models on PrivateTest of faces.csv\n")) << text;
  EXPECT_NE(text.find("\nof each model alone\nrun/best.safetensors (weight 1)  loss "), std::string::npos) << text;
  EXPECT_NE(text.find("\nb/best.safetensors (weight 0.5)  loss "), std::string::npos) << text;
  for (const auto& [options, says] : std::vector<std::pair<std::string, std::string>>{
           {"--weights 1", "--weights: expected 2, one per model, found 1"},
           {"--weights 0,0", "--weights: expected one above 0"},
           {"--weights 1,x", "weights"},
           {"--weights 1,2 --vote", "--weights: expected without --vote"}}) {
    const ToolResult r = run(models + options);
    EXPECT_EQ(r.status, 2) << options;
    expect_one_line_error(r, "fer-eval", says);
  }
}

TEST_F(FerEval, StatesTheFiguresWithoutTwins) {
  // Of PublicTest's two rows the first is a row of Training.
  const std::string row = "0," + pixels_text(0, 0);
  write("twins.csv",
        "emotion,pixels,Usage\n" + row + ",Training\n" + row + ",PublicTest\n1," + pixels_text(1, 1) + ",PublicTest\n");
  const std::string command = "fer-eval run/best.safetensors twins.csv --without-twins-of Training ";
  const auto json = nlohmann::json::parse(run(command + "--json").out);
  EXPECT_EQ(json["count"], 2);
  EXPECT_EQ(json["without_twins"]["part"], "Training");
  EXPECT_EQ(json["without_twins"]["twins"], 1);
  EXPECT_EQ(json["without_twins"]["count"], 1);
  EXPECT_EQ(json["without_twins"]["classes"][1]["support"], 1);
  EXPECT_NE(run(command).out.find("\nwithout the 1 picture whose pixels are in Training too\npictures 1  loss "),
            std::string::npos);
  const ToolResult r = run(command + "--split Training");
  EXPECT_EQ(r.status, 1);
  EXPECT_NE(r.err.find("fer-eval: twins.csv: no picture has label 2 (fear), "), std::string::npos) << r.err;
  EXPECT_NE(r.err.find("all 1 pictures that are evaluated are in that part\n"), std::string::npos) << r.err;
  EXPECT_EQ(run("fer-eval run/best.safetensors twins.csv --without-twins-of Test").status, 2);
}

TEST_F(FerEval, StatesTheCalibration) {
  const auto json = nlohmann::json::parse(run("fer-eval run/best.safetensors faces.csv --json").out);
  const auto& calibration = json["calibration"];
  EXPECT_EQ(calibration["bins"].size(), 15u);
  EXPECT_LE(calibration["loss_at_best_temperature"].get<double>(), json["loss"].get<double>() + 1e-9);
  const std::string text = run("fer-eval run/best.safetensors faces.csv --report page.html").out;
  EXPECT_NE(text.find("\ncalibration error "), std::string::npos) << text;
  EXPECT_NE(read_text(path("page.html")).find("Accuracy by confidence"), std::string::npos);
}

TEST_F(FerEval, WritesAReport) {
  const ToolResult r = run("fer-eval run/best.safetensors faces.csv --report page.html");
  ASSERT_EQ(r.status, 0) << r.err;
  const std::string page = read_text(path("page.html"));
  EXPECT_NE(page.find("best.safetensors on PrivateTest of faces.csv"), std::string::npos);
  EXPECT_NE(page.find("Confusion matrix"), std::string::npos);
  EXPECT_FALSE(exists("page.html.tmp"));
}

TEST_F(FerEval, RefusesWhatItCannotEvaluate) {
  write("plain.csv", csv_text(21, 0, 0, false));
  write("unlabelled.csv", "pixels\n" + pixels_text(0, 0) + "\n");
  write("broken.safetensors", "not a model");
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"run/best.safetensors plain.csv --split PrivateTest", "--split all"},
      {"run/best.safetensors unlabelled.csv", "unlabelled.csv"},
      {"run/best.safetensors missing.csv", "missing.csv"},
      {"missing.safetensors faces.csv", "missing.safetensors"},
      {"broken.safetensors faces.csv", "broken.safetensors"},
      {"run/best.safetensors faces.csv --report no/such/folder.html", "no/such/folder.html"}};
  for (const auto& [arguments, says] : cases) {
    const ToolResult r = run("fer-eval " + arguments);
    EXPECT_EQ(r.status, 1) << arguments;
    expect_one_line_error(r, "fer-eval", says);
  }
}

TEST_F(FerEval, CallsOtherFilesByTheirNames) {
  write("pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n");
  write("page.csv", "<!DOCTYPE html><html></html>");
  write("packed.csv", "\x28\xb5\x2f\xfd");
  write("cut.csv", "\x1f\x8b\x08");
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"pointer faces.csv", "pointer: expected a model (.safetensors), found a Git LFS pointer"},
      {"faces.csv faces.csv", "faces.csv: expected a model (.safetensors), found CSV text: models come before data"},
      {". faces.csv", ".: expected a model (.safetensors), found a directory: the model of a run is"},
      {"run/best.safetensors page.csv", "page.csv: expected a CSV file, found a web page: download the file itself"},
      {"run/best.safetensors packed.csv",
       "packed.csv: expected a CSV file, found a Zstandard archive: unpack it first"},
      {"run/best.safetensors cut.csv", "cut.csv: expected a whole gzip file, found the beginning of one"},
      {"run/best.safetensors pointer", "pointer: expected a CSV file, found a Git LFS pointer"},
      {"run/best.safetensors run/best.safetensors", "best.safetensors: expected a CSV file, found a safetensors file"}};
  for (const auto& [arguments, says] : cases) {
    const ToolResult r = run("fer-eval " + arguments);
    EXPECT_EQ(r.status, 1) << arguments;
    expect_one_line_error(r, "fer-eval", says);
  }
}

TEST_F(FerEval, ExitsWithTwoOnASplitThatDoesNotExist) {
  const ToolResult r = run("fer-eval run/best.safetensors faces.csv --split Test");
  EXPECT_EQ(r.status, 2);
  expect_one_line_error(r, "fer-eval", "Training, PublicTest, PrivateTest, all");
}

}  // namespace
}  // namespace fer::test
