#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

using FerInfo = ToolTest;

TEST_F(FerInfo, EveryProgramAnswersHelpAndVersion) {
  for (const std::string program : {"fer-train", "fer-eval", "fer-calibrate", "fer-predict", "fer-info"}) {
    const ToolResult help = run(program + " --help");
    EXPECT_EQ(help.status, 0);
    EXPECT_NE(help.out.find(program + " [options]"), std::string::npos) << help.out;
    EXPECT_EQ(help.err, "");
    const ToolResult version = run(program + " --version");
    EXPECT_EQ(version.status, 0);
    EXPECT_TRUE(version.out.starts_with(program + " ")) << version.out;
    EXPECT_EQ(std::count(version.out.begin(), version.out.end(), '\n'), 1);
  }
}

TEST_F(FerInfo, EveryProgramExitsWithTwoOnAMistakeInItsUse) {
  for (const std::string program : {"fer-train", "fer-eval", "fer-calibrate", "fer-predict", "fer-info"}) {
    for (const std::string arguments : {"", " --nonsense", " --json=maybe x y"}) {
      const ToolResult r = run(program + arguments);
      EXPECT_EQ(r.status, 2) << program << arguments;
      EXPECT_EQ(r.out, "");
      expect_one_line_error(r, program, program + " --help");
    }
  }
}

TEST_F(FerInfo, PrintsTheTotalsOfAKnownNetwork) {
  const ToolResult r = run("fer-info seed002_vgg8 --batch-size 64");
  ASSERT_EQ(r.status, 0) << r.err;
  for (const char* part : {"5,905,863", "5,902,151", "392,969,344", "MiB at batch size 64", "instruction set"}) {
    EXPECT_NE(r.out.find(part), std::string::npos) << part << "\n" << r.out;
  }
}

TEST_F(FerInfo, TheTableHasTheMultiplyAddsOfEachLayer) {
  const ToolResult r = run("fer-info net.json");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.out.find("Multiply-adds"), std::string::npos) << r.out;
  EXPECT_NE(r.out.find("76,176"), std::string::npos) << r.out;  // 46 * 46 * 36
  EXPECT_NE(r.out.find("3,388"), std::string::npos) << r.out;
}

TEST_F(FerInfo, DrawsTheNetwork) {
  const ToolResult r = run("fer-info seed001_resnet34 --graph net.svg --json");
  ASSERT_EQ(r.status, 0) << r.err;
  const std::string svg = read_text(path("net.svg"));
  EXPECT_TRUE(svg.starts_with("<svg ")) << svg.substr(0, 80);
  EXPECT_NE(svg.find(">add"), std::string::npos);
  EXPECT_EQ(run("fer-info net.json --graph nowhere/net.svg").status, 1);
}

TEST_F(FerInfo, JsonHasTotalsAndLayers) {
  const ToolResult r = run("fer-info net.json --json --batch-size 3");
  ASSERT_EQ(r.status, 0) << r.err;
  const auto json = nlohmann::json::parse(r.out);
  EXPECT_EQ(json["name"], "tiny");
  EXPECT_EQ(json["input"], (std::vector<int>{48, 48, 1}));
  // conv 3*3*1*4 + 4, norm 4 * 4, dense 11*11*4*7 + 7
  EXPECT_EQ(json["params"], 40 + 16 + 3395);
  EXPECT_EQ(json["trainable"], 40 + 8 + 3395);
  EXPECT_EQ(json["macs"], 46 * 46 * 36 + 3388);
  EXPECT_EQ(json["batch_size"], 3);
  EXPECT_GT(json["training_memory_bytes"], 3 * 48 * 48 * 4);
  ASSERT_EQ(json["layers"].size(), 5u);
  EXPECT_EQ(json["layers"][0]["output"], (std::vector<int>{46, 46, 4}));
}

TEST_F(FerInfo, MoreMemoryForLargerBatches) {
  const auto bytes = [&](const std::string& batch) {
    return nlohmann::json::parse(run("fer-info net.json --json --batch-size " + batch).out)["training_memory_bytes"]
        .get<int64_t>();
  };
  EXPECT_LT(bytes("1"), bytes("64"));
}

TEST_F(FerInfo, ListsTheNetworksItKnows) {
  const ToolResult r = run("fer-info --list");
  EXPECT_EQ(r.status, 0);
  EXPECT_NE(r.out.find("seed002_vgg8\n"), std::string::npos) << r.out;
}

TEST_F(FerInfo, ReadsAModelAsItReadsItsNetwork) {
  train_small_model();
  const ToolResult of_model = run("fer-info run/best.safetensors --json");
  ASSERT_EQ(of_model.status, 0) << of_model.err;
  nlohmann::json json = json_lines(of_model.out).at(0);
  EXPECT_EQ(json["preprocessing"]["scale"].get<float>(), 1.0f / 255);
  EXPECT_EQ(json["preprocessing"]["shift"], 0);
  json.erase("preprocessing");
  EXPECT_EQ(json["storage"], "fp32");
  EXPECT_EQ(json["temperature"], 1);
  for (const char* of_a_model : {"storage", "temperature"}) json.erase(of_a_model);
  EXPECT_EQ(json, json_lines(run("fer-info net.json --json").out).at(0));
  EXPECT_NE(run("fer-info run/best.safetensors").out.find("input            pixel * 0.0039215689\n"),
            std::string::npos);
}

TEST_F(FerInfo, ExitsWithOneOnWhatIsNoNetwork) {
  write("broken.json", "{\"layers\": 3}");
  write("text.safetensors", "hello");
  for (const std::string name : {"no_such_network", "broken.json", "text.safetensors", "missing.json"}) {
    const ToolResult r = run("fer-info " + name);
    EXPECT_EQ(r.status, 1) << name;
    expect_one_line_error(r, "fer-info", name);
  }
}

TEST_F(FerInfo, TakesAnEmptyFileForAModelByItsName) {
  write("empty.safetensors", "");
  const ToolResult r = run("fer-info empty.safetensors");
  EXPECT_EQ(r.status, 1);
  expect_one_line_error(r, "fer-info", "empty.safetensors: expected a model (.safetensors), found an empty file");
}

// By its content, whatever it is called, and without waiting for a pipe.
TEST_F(FerInfo, CallsOtherFilesByTheirNames) {
  write("model.onnx", "\x08\x08\x12\x07pytorch");
  write("keras.json", R"({"class_name": "Sequential", "config": {}})");
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"model.onnx",
       "model.onnx: expected a model (.safetensors), found an ONNX file: fer-convert makes a model of it"},
      {"./keras.json", "keras.json: expected a network's JSON file, found the JSON of a Keras network: fer-convert"},
      {"faces.csv", "faces.csv: expected a model (.safetensors), found CSV text"},
      {"./pipe", "pipe: expected a network's JSON file, found a pipe"},
      {"/dev/zero", "/dev/zero: expected a network's JSON file, found a device"},
      {"./run", "run: expected a network's JSON file, found a directory"}};
  std::filesystem::create_directory(path("run"));
  ASSERT_EQ(run("mkfifo pipe").status, 0);
  for (const auto& [arguments, says] : cases) {
    const ToolResult r = run("timeout 20 fer-info " + arguments);
    EXPECT_EQ(r.status, 1) << arguments;
    expect_one_line_error(r, "fer-info", says);
  }
}

TEST_F(FerInfo, SaysWhenItsOutputCannotBeWritten) {
  const ToolResult r = run("fer-info --list > /dev/full");
  EXPECT_EQ(r.status, 1);
  expect_one_line_error(r, "fer-info", "standard output");
}

TEST_F(FerInfo, SaysHowAPictureIsMadeTheInput) {
  const auto trained = [&](const std::string& options) {
    const ToolResult r =
        run("rm -rf run && fer-train faces.csv --network net.json --epochs 1 --out run --quiet " + options);
    EXPECT_EQ(r.status, 0) << r.err;
    return std::pair(run("fer-info run/best.safetensors").out,
                     nlohmann::json::parse(run("fer-info run/best.safetensors --json").out)["preprocessing"]);
  };
  const auto [dataset, dataset_json] = trained("--standardize dataset");
  EXPECT_NE(dataset.find(" of the training set)"), std::string::npos) << dataset;
  EXPECT_EQ(dataset_json["standardize"], "dataset");
  const auto [picture, picture_json] = trained("--standardize picture --equalize");
  EXPECT_NE(picture.find("histogram equalised, standardised by the picture's own mean and deviation\n"),
            std::string::npos)
      << picture;
  EXPECT_EQ(picture_json,
            (nlohmann::json{{"scale", 1.0}, {"shift", 0.0}, {"equalize", true}, {"standardize", "picture"}}));
}

}  // namespace
}  // namespace fer::test
