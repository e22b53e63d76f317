#include <regex>

#include "fer/model.h"
#include "tests/support/paths.h"
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

constexpr const char* kDeeper = R"({"input": [48, 48, 1], "classes": 7,
    "class_names": ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"],
    "layers": [{"name": "conv1", "type": "conv2d", "filters": 4, "kernel": [3, 3], "strides": [2, 2],
                "padding": "valid", "bias": true, "activation": "relu"},
               {"name": "conv2", "type": "conv2d", "filters": 16, "kernel": [3, 3], "strides": [2, 2],
                "padding": "valid", "bias": true, "activation": "relu"},
               {"name": "flat", "type": "flatten"},
               {"name": "hidden", "type": "dense", "units": 32, "activation": "relu"},
               {"name": "out", "type": "dense", "units": 7, "activation": "softmax"}]})";

class FerConvert : public ToolTest {
 protected:
  void SetUp() override {
    ToolTest::SetUp();
    write("deeper.json", kDeeper);
    const ToolResult r = run("fer-train faces.csv --network deeper.json --epochs 5 --batch-size 7 --out run --quiet");
    ASSERT_EQ(r.status, 0) << r.err;
  }
};

TEST_F(FerConvert, MakesASmallerModelThatIsAsGood) {
  const ToolResult r = run("fer-convert run/best.safetensors --int8 --calibrate faces.csv --out small.safetensors");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.out.find("2 layers in 8-bit integers, calibrated on 42 pictures"), std::string::npos) << r.out;
  EXPECT_LT(std::filesystem::file_size(path("small.safetensors")),
            std::filesystem::file_size(path("run/best.safetensors")) * 2 / 5);
  const auto loss_of = [&](const std::string& model) {
    return nlohmann::json::parse(run("fer-eval " + model + " faces.csv --split all --json").out)["loss"].get<double>();
  };
  EXPECT_NEAR(loss_of("small.safetensors"), loss_of("run/best.safetensors"), 0.05);
  EXPECT_EQ(run("fer-info small.safetensors").status, 0);
  EXPECT_EQ(run("fer-predict small.safetensors faces.csv --top 1").status, 0);
}

TEST_F(FerConvert, CannotBeTrainedOrConvertedAgain) {
  ASSERT_EQ(run("fer-convert run/best.safetensors --int8 --calibrate faces.csv --out small.safetensors").status, 0);
  expect_one_line_error(run("fer-train faces.csv --init small.safetensors --out other --quiet"), "fer-train",
                        "8-bit integers");
  expect_one_line_error(run("fer-convert small.safetensors --int8 --calibrate faces.csv --out again.safetensors"),
                        "fer-convert", "already");
  EXPECT_FALSE(exists("again.safetensors"));
  expect_one_line_error(run("fer-convert small.safetensors --out small.onnx"), "fer-convert",
                        "small.safetensors: expected a model in floats");
}

TEST_F(FerConvert, CalibratesNeverOnTheTest) {
  write("test.csv", csv_text(0, 0, 14, true));
  expect_one_line_error(run("fer-convert run/best.safetensors --int8 --calibrate test.csv --out small.safetensors"),
                        "fer-convert", "test.csv: expected pictures of the Training part");
  EXPECT_FALSE(exists("small.safetensors"));
}

TEST_F(FerConvert, GoesToOnnxAndBack) {
  const ToolResult there = run("fer-convert run/best.safetensors --out model.onnx");
  if (there.err.find("without ONNX") != std::string::npos) GTEST_SKIP() << there.err;
  ASSERT_EQ(there.status, 0) << there.err;
  ASSERT_EQ(run("fer-convert model.onnx --out again.safetensors").status, 0);
  const auto loss_of = [&](const std::string& model) {
    return nlohmann::json::parse(run("fer-eval " + model + " faces.csv --split all --json").out)["loss"].get<double>();
  };
  EXPECT_NEAR(loss_of("again.safetensors"), loss_of("run/best.safetensors"), 1e-6);
  ASSERT_EQ(run("fer-convert model.onnx --class-names a,b,c,d,e,f,g --out named.safetensors").status, 0);
  EXPECT_NE(run("fer-info named.safetensors").out.find("a, b, c, d, e, f, g"), std::string::npos);
  ASSERT_EQ(run("fer-convert model.onnx --class-names 'a, b ,c,d,e,f,very sad' --out named.safetensors").status, 0);
  EXPECT_EQ(load_model(path("named.safetensors")).network.class_names,
            (std::vector<std::string>{"a", "b", "c", "d", "e", "f", "very sad"}));
  write("broken.onnx", "no protocol buffer");
  expect_one_line_error(run("fer-convert broken.onnx --out broken.safetensors"), "fer-convert", "broken.onnx");
  EXPECT_FALSE(exists("broken.safetensors"));
}

TEST_F(FerConvert, PixelScaleAndShiftHaveTheDefaultsThatTheHelpSays) {
  const std::string keras = fer::source_dir() + "/tests/fixtures/keras/keras2_sequential.h5 ";
  const auto preprocessing = [&](const std::string& options) {
    const ToolResult r = run("fer-convert " + keras + options + " --out k.safetensors");
    EXPECT_EQ(r.status, 0) << r.err;
    return load_model(path("k.safetensors")).preprocessing;
  };
  if (run("fer-convert " + keras + "--out k.safetensors").err.find("without Keras") != std::string::npos) {
    GTEST_SKIP() << "built without Keras";
  }
  EXPECT_EQ(preprocessing(""), (Preprocessing{1.0f / 255, 0}));
  EXPECT_EQ(preprocessing("--pixel-shift -1"), (Preprocessing{1, -1}));
  EXPECT_EQ(preprocessing("--pixel-scale 0.5"), (Preprocessing{0.5f, 0}));
  const std::string help = std::regex_replace(run("fer-convert --help").out, std::regex("\\s+"), " ");
  EXPECT_NE(help.find("(default: as the file says; 1/255 where it says nothing, which fer-convert reports; 1 with "
                      "--pixel-shift alone)"),
            std::string::npos)
      << help;
  EXPECT_EQ(help.find("(default: 1)"), std::string::npos);
}

TEST_F(FerConvert, ComesFromKeras) {
  const std::string fixtures = fer::source_dir() + "/tests/fixtures/keras/";
  const ToolResult whole =
      run("fer-convert " + fixtures + "keras3_functional.keras --class-names a,b,c --out k.safetensors");
  if (whole.err.find("without Keras") != std::string::npos) GTEST_SKIP() << whole.err;
  ASSERT_EQ(whole.status, 0) << whole.err;
  EXPECT_NE(run("fer-info k.safetensors").out.find("a, b, c"), std::string::npos);
  const ToolResult two_channels = run("fer-convert " + fixtures + "keras2_functional.h5 --out two.safetensors");
  expect_one_line_error(two_channels, "fer-convert",
                        "keras2_functional.h5: input: expected pictures of 1 or 3 channels");
  EXPECT_FALSE(exists("two.safetensors"));
  // A layer that acts in training alone.
  auto config = nlohmann::json::parse(read_text(fixtures + "keras2_weights_config.json"));
  auto& layers = config["config"]["layers"];
  const nlohmann::json noise = {{"class_name", "GaussianNoise"}, {"config", {{"name", "noise"}, {"stddev", 0.1}}}};
  layers.insert(layers.begin() + 1, noise);
  write("noisy.json", config.dump());
  const ToolResult noisy =
      run("fer-convert " + fixtures + "keras2_weights.h5 --config noisy.json --out noisy.safetensors");
  ASSERT_EQ(noisy.status, 0) << noisy.err;
  EXPECT_NE(noisy.out.find("left out: it acts in training alone"), std::string::npos) << noisy.out;
  EXPECT_EQ(run("fer-convert " + fixtures + "keras3_sequential.keras --out k3.safetensors").status, 0);
  expect_one_line_error(run("fer-convert " + fixtures + "keras2_weights.h5 --out w.safetensors"), "fer-convert",
                        "keras2_weights.h5: expected a model, found weights alone");
  EXPECT_EQ(run("fer-convert " + fixtures + "keras2_weights.h5 --config " + fixtures +
                "keras2_weights_config.json --out w.safetensors")
                .status,
            0);
  write("broken.keras", "PK no more");
  expect_one_line_error(run("fer-convert broken.keras --out broken.safetensors"), "fer-convert", "broken.keras");
  EXPECT_FALSE(exists("broken.safetensors"));
}

TEST_F(FerConvert, FillsANetworkFromKeras) {
  write("into.json", R"({"input": [8, 7, 3], "classes": 7, "layers": [
      {"name": "conv2d_7", "type": "conv2d", "filters": 4, "kernel": [3, 3], "activation": "relu"},
      {"name": "flat", "type": "flatten"}, {"name": "fresh", "type": "dense", "units": 7, "activation": "softmax"}]})");
  const std::string file = fer::source_dir() + "/tests/fixtures/keras/keras2_weights.h5";
  const ToolResult r = run("fer-convert " + file + " --into into.json --out start.safetensors");
  if (r.err.find("without Keras") != std::string::npos) GTEST_SKIP() << r.err;
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.out.find("filled from the file: 1 layer\n  conv2d_7\n"), std::string::npos) << r.out;
  EXPECT_NE(r.out.find("as they were: 1 layer\n  fresh\n"), std::string::npos) << r.out;
  EXPECT_NE(r.out.find("of the file, not used: 2 layers\n  conv2d_8\n  dense_4\n"), std::string::npos) << r.out;
  EXPECT_EQ(run("fer-info start.safetensors").status, 0);
}

TEST_F(FerConvert, WritesTheFormThatTheNameSaysAndNotOverTheModel) {
  const std::string fixtures = fer::source_dir() + "/tests/fixtures/keras/";
  std::filesystem::copy_file(fixtures + "keras2_sequential.h5", path("model.H5"));
  const std::string before = read_text(path("model.H5"));
  const ToolResult onnx = run("fer-convert model.H5 --out model.onnx");
  if (onnx.err.find(" without ") != std::string::npos) GTEST_SKIP() << onnx.err;
  ASSERT_EQ(onnx.status, 0) << onnx.err;
  ASSERT_EQ(run("fer-convert model.onnx --out model.safetensors").status, 0);
  EXPECT_EQ(run("fer-info model.safetensors").status, 0);
  const ToolResult over = run("fer-convert model.H5 --out model.H5");
  EXPECT_EQ(over.status, 2);
  const ToolResult int8 =
      run("fer-convert run/best.safetensors --int8 --calibrate faces.csv --out run/best.safetensors");
  EXPECT_EQ(int8.status, 2);
  expect_one_line_error(int8, "fer-convert", "--out: expected another file than MODEL");
  EXPECT_TRUE(before == read_text(path("model.H5")));
}

TEST_F(FerConvert, StoresModelsInLessSpace) {
  const auto size_of = [&](const std::string& name) {
    return static_cast<double>(std::filesystem::file_size(path(name)));
  };
  const auto answers_of = [&](const std::string& model) {
    return run("fer-predict " + model + " faces.csv --json --top 7").out;
  };
  for (const auto& [storage, share] :
       {std::pair<std::string, double>{"bf16", 0.6}, std::pair<std::string, double>{"int8", 0.4}}) {
    const std::string small = storage + ".safetensors";
    const ToolResult r = run("fer-convert run/best.safetensors --storage " + storage + " --out " + small);
    ASSERT_EQ(r.status, 0) << r.err;
    EXPECT_NE(r.out.find("kernels stored as " + storage + ": rounding took 0."), std::string::npos) << r.out;
    EXPECT_LT(size_of(small), share * size_of("run/best.safetensors"));
    EXPECT_NE(run("fer-info " + small).out.find("storage          kernels as " + storage + ", computed in fp32"),
              std::string::npos);
    EXPECT_EQ(nlohmann::json::parse(run("fer-info --json " + small).out)["storage"], storage);
    // Back to 32 bits, and on to ONNX, it is the same model.
    ASSERT_EQ(run("fer-convert " + small + " --storage fp32 --out whole.safetensors").status, 0);
    EXPECT_EQ(answers_of("whole.safetensors"), answers_of(small));
    EXPECT_EQ(size_of("whole.safetensors"), size_of("run/best.safetensors"));
    const ToolResult onnx = run("fer-convert " + small + " --out small.onnx");
    EXPECT_TRUE(onnx.status == 0 || onnx.err.find(" without ") != std::string::npos) << onnx.err;
    // And training goes on from it.
    const ToolResult more =
        run("fer-train faces.csv --init " + small + " --epochs 1 --batch-size 7 --quiet --out more-" + storage);
    EXPECT_EQ(more.status, 0) << more.err;
    EXPECT_EQ(size_of("more-" + storage + "/best.safetensors"), size_of("run/best.safetensors"));
  }
}

TEST_F(FerConvert, FillsAnotherNetworkWithTheWeightsOfAModel) {
  nlohmann::json network = nlohmann::json::parse(kNetwork);
  network["layers"][3] = {{"name", "flat"}, {"type", "global_avg_pool2d"}};
  write("pooled.json", network.dump());
  network["input"] = {64, 64, 1};
  write("large.json", network.dump());
  ASSERT_EQ(run("fer-train faces.csv --network pooled.json --epochs 1 --batch-size 7 --quiet --out pooled").status, 0);
  const ToolResult r = run("fer-convert pooled/best.safetensors --into large.json --out large.safetensors");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.out.find("filled from the file: 3 layers\n  conv\n  norm\n  out\n"), std::string::npos) << r.out;
  EXPECT_NE(r.out.find("classes: the file's (angry, disgust,"), std::string::npos) << r.out;
  EXPECT_EQ(r.out.find("as they were"), std::string::npos) << r.out;
  const Model from = load_model(path("pooled/best.safetensors")), into = load_model(path("large.safetensors"));
  EXPECT_EQ(into.network.input, Shape({64, 64, 1}));
  EXPECT_TRUE(std::ranges::equal(from.weights.values.values(), into.weights.values.values()));
  EXPECT_EQ(run("fer-eval large.safetensors faces.csv").status, 0);
  // A dense layer after a flatten depends on the size.
  ASSERT_EQ(run("fer-train faces.csv --network net.json --epochs 1 --batch-size 7 --quiet --out flat").status, 0);
  const ToolResult part = run("fer-convert flat/best.safetensors --into large.json --seed 3 --out part.safetensors");
  ASSERT_EQ(part.status, 0) << part.err;
  EXPECT_NE(part.out.find("filled from the file: 2 layers\n  conv\n  norm\n"), std::string::npos) << part.out;
  EXPECT_NE(part.out.find("as they were, of another shape in the file: 1 layer\n  out: [484, 7] there, [4, 7] here\n"),
            std::string::npos)
      << part.out;
  const ToolResult none = run("fer-convert run/best.safetensors --into seed002_vgg8 --out none.safetensors");
  EXPECT_EQ(none.status, 1);
  expect_one_line_error(none, "fer-convert", "expected a layer that has the name and the shapes");
  EXPECT_EQ(run("fer-convert run/best.safetensors --storage bf16 --seed 3 --out x.safetensors").status, 2);
}

TEST_F(FerConvert, WrongCallsAreUsageErrors) {
  for (const char* call :
       {"fer-convert", "fer-convert run/best.safetensors", "fer-convert run/best.safetensors --out x",
        "fer-convert run/best.safetensors --int8 --out x", "fer-convert run/best.safetensors --int8 --out x.onnx",
        "fer-convert run/best.safetensors --opset 8 --out x.onnx",
        "fer-convert x.onnx --keep-batch-norm --out x.safetensors", "fer-convert x.onnx --into y --out x.safetensors",
        "fer-convert x.h5 --opset 13 --out x.safetensors", "fer-convert run/best.safetensors --out x.h5",
        "fer-convert x.onnx --int8 --out x.safetensors", "fer-convert x.onnx --pixel-scale 0 --out x.safetensors",
        "fer-convert x.h5 --into y --network z --out x.safetensors",
        "fer-convert run/best.safetensors --storage bf16 --out x.onnx",
        "fer-convert run/best.safetensors --storage fp16 --out x.safetensors",
        "fer-convert run/best.safetensors --int8 --calibrate faces.csv --storage bf16 --out x.safetensors",
        "fer-convert run/best.safetensors --int8 --calibrate faces.csv --out x --calibrate-limit 0"})
    EXPECT_EQ(run(call).status, 2) << call;
}

// A safetensors file lay under that name before, without a word.
TEST_F(FerConvert, DoesNotWriteUnderTheNameOfAnotherFormat) {
  for (const char* name : {"m.pt", "m.tflite", "m.PB", "m.json"}) {
    const ToolResult r = run(std::string("fer-convert model.onnx --out ") + name);
    EXPECT_EQ(r.status, 2) << name;
    expect_one_line_error(r, "fer-convert", "--out: expected a name that ends in .safetensors or .onnx, found .");
    EXPECT_FALSE(exists(name));
  }
}

}  // namespace
}  // namespace fer::test
