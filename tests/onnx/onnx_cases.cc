// onnx_cases FOLDER [MODEL...]: writes what compare.mjs compares, for the ten networks with random weights or for model
// files. For each case FOLDER/NAME.onnx, NAME.pixels (100 faces as floats, as the model's input wants them) and
// NAME.probabilities (what fer::Predictor makes of them), and one line in FOLDER/cases.json.
#include <cmath>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "fer/error.h"
#include "fer/image.h"
#include "fer/onnx.h"
#include "fer/predictor.h"
#include "tests/onnx/models.h"
#include "tools/synth/synthetic_faces.h"

namespace {

using nlohmann::json;

constexpr int kFaces = 100;

// [kFaces, input] pixels.
std::vector<uint8_t> faces(const fer::Shape& input) {
  std::vector<uint8_t> all;
  for (uint32_t i = 0; i < kFaces; ++i) {
    const fer::synthetic::Pixels drawn = fer::synthetic::draw_sample(1, i).pixels;
    const fer::Image grey = {48, 48, 1, {drawn.begin(), drawn.end()}};
    const fer::Image face = fer::with_channels(fer::resized(grey, input[0], input[1]), input[2]);
    all.insert(all.end(), face.pixels.begin(), face.pixels.end());
  }
  return all;
}

// As floats, in the order that the file wants them.
std::vector<float> as_input(const std::vector<uint8_t>& pixels, const fer::Model& model,
                            const fer::OnnxWriteOptions& options) {
  const fer::Shape& in = model.network.input;
  const int64_t cells = in[0] * in[1], channels = in[2];
  const bool first = options.input_layout == fer::OnnxLayout::kChannelsFirst;
  std::vector<float> out(pixels.size());
  for (int64_t i = 0; i < static_cast<int64_t>(pixels.size()); ++i) {
    const int64_t face = i / (cells * channels), cell = i / channels % cells, channel = i % channels;
    const int64_t to = first ? (face * channels + channel) * cells + cell : i;
    const float pixel = pixels[i];
    out[to] = options.pixels_in ? pixel : pixel * model.preprocessing.scale + model.preprocessing.shift;
  }
  return out;
}

std::vector<float> probabilities_of(const fer::Model& model, std::span<const uint8_t> pixels) {
  constexpr int kBatch = 10;  // large pictures take much memory
  const fer::Predictor predictor(model);
  const size_t classes = static_cast<size_t>(predictor.class_count()), bytes = pixels.size() / kFaces;
  std::vector<float> out(kFaces * classes);
  for (size_t i = 0; i < kFaces; i += kBatch) {
    predictor.predict_into(pixels.subspan(i * bytes, kBatch * bytes),
                           std::span(out).subspan(i * classes, kBatch * classes));
  }
  return out;
}

void put(const std::string& path, const std::vector<float>& values) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(float)));
  if (!file.flush()) throw fer::Error(path + ": cannot be written");
}

json write_case(const std::string& folder, const std::string& name, const fer::Model& model,
                const fer::OnnxWriteOptions& options = {}) {
  const std::string path = folder + "/" + name;
  fer::write_onnx(model, path + ".onnx", options);
  const std::vector<uint8_t> pixels = faces(model.network.input);
  put(path + ".pixels", as_input(pixels, model, options));
  put(path + ".probabilities", probabilities_of(model, pixels));
  const fer::Shape& in = model.network.input;
  const bool first = options.input_layout == fer::OnnxLayout::kChannelsFirst;
  return {{"name", name},
          {"faces", kFaces},
          {"input", first ? json{in[2], in[0], in[1]} : json{in[0], in[1], in[2]}},
          {"classes", fer::class_count(model.network)}};
}

fer::Model random(const std::string& network) { return fer::random_model(fer::load_network(network), 1); }

// From data/networks. Some make next to one number of all faces: larger weights tell them apart, at the beginning of
// what is gated, and where glorot_uniform takes a channel's own filter for one of all channels.
fer::Model of_the_field(const std::string& name) {
  fer::Model model = random("data/networks/" + name + ".json");
  const std::string enlarged = name == "mobilenet_v3_blocks"    ? "stem/"
                               : name == "mobilefacenet_blocks" ? "depthwise"
                                                                : "none";
  for (const fer::Parameter& parameter : model.weights.layout.parameters) {
    if (parameter.name.find(enlarged) == std::string::npos || !parameter.name.ends_with("/kernel")) continue;
    for (float& w : model.weights.of(parameter)) w *= name == "mobilenet_v3_blocks" ? 50 : 10;
  }
  return model;
}

json write_networks(const std::string& folder) {
  json cases;
  for (const std::string& name : fer::network_names()) cases.push_back(write_case(folder, name, random(name)));
  for (const std::string name : {"mini_xception", "mobilenet_v2_blocks", "mobilenet_v3_blocks", "mobilefacenet_blocks",
                                 "resnext_blocks", "convmixer_blocks", "attention_blocks"})
    cases.push_back(write_case(folder, name, of_the_field(name)));
  cases.push_back(write_case(folder, "norms_kept", random("seed001_resnet34"), {.fold_batch_norm = false}));
  cases.push_back(write_case(folder, "channels_first", random("seed000_landmark_cnn"),
                             {.input_layout = fer::OnnxLayout::kChannelsFirst}));
  cases.push_back(
      write_case(folder, "oldest_opset", of_the_field("mobilenet_v2_blocks"), {.opset = fer::kOldestWrittenOnnxOpset}));
  // Where functions are operators, and where they are several.
  for (const std::string name : {"convmixer_blocks", "attention_blocks"}) {
    const fer::Model model = of_the_field(name);
    cases.push_back(write_case(folder, name + "_oldest_opset", model, {.opset = fer::kOldestWrittenOnnxOpset}));
    cases.push_back(write_case(folder, name + "_newest_opset", model, {.opset = fer::kNewestWrittenOnnxOpset}));
    cases.back()["opencv"] = false;  // 4.6 has no Gelu
  }
  cases.push_back(write_case(folder, "newest_opset", random("seed004_cnn5"),
                             {.opset = fer::kNewestWrittenOnnxOpset, .pixels_in = false}));
  // Pictures that are standardised by themselves: one mean over height, width and channels.
  for (const bool first : {false, true}) {
    fer::Model model = random("seed004_cnn5");
    model.preprocessing = {.scale = 1, .shift = 0, .standardize = fer::Standardization::kPicture};
    cases.push_back(
        write_case(folder, first ? "standardized_channels_first" : "standardized", model,
                   {.opset = first ? fer::kNewestWrittenOnnxOpset : 0,
                    .input_layout = first ? fer::OnnxLayout::kChannelsFirst : fer::OnnxLayout::kChannelsLast}));
    cases.back()["opencv"] = false;  // 4.6 divides no picture by a number of its own
  }
  return cases;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const std::string folder = argv[1];
  try {
    json cases;
    for (int i = 2; i < argc; ++i) {
      cases.push_back(write_case(folder, "model" + std::to_string(i - 1), fer::load_model(argv[i])));
    }
    if (cases.empty()) cases = write_networks(folder);
    std::ofstream(folder + "/cases.json") << cases.dump(1) << "\n";
  } catch (const std::exception& e) {
    std::cerr << "onnx_cases: " << e.what() << "\n";
    return 1;
  }
  return 0;
}
