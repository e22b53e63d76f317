// fer-convert: from one form of a model to another.
#include <fmt/format.h>

#include <filesystem>
#include <sstream>

#include "cli.h"
#include "fer/dataset.h"
#include "fer/error.h"
#include "fer/keras.h"
#include "fer/model.h"
#include "fer/onnx.h"
#include "fer/quantize.h"

namespace fer {
namespace {

// Rows to calibrate on: of the training part where the file tells, spread evenly over it.
std::vector<int64_t> calibration_rows(const Dataset& data, int64_t limit, const std::string& path) {
  std::vector<int64_t> rows = rows_with_usage(data, Usage::kTraining);
  if (rows.empty()) rows = rows_with_usage(data, Usage::kNone);
  if (rows.empty()) throw Error(path + ": expected pictures of the Training part to calibrate on, found none");
  const auto n = static_cast<int64_t>(rows.size()), count = std::min(n, limit);
  std::vector<int64_t> chosen;
  for (int64_t i = 0; i < count; ++i) chosen.push_back(rows[static_cast<size_t>(i * n / count)]);
  return chosen;
}

std::vector<uint8_t> pixels_of(const Dataset& data, const std::vector<int64_t>& rows) {
  std::vector<uint8_t> pixels;
  for (const int64_t row : rows) {
    const std::span<const uint8_t> picture = data.picture(row);
    pixels.insert(pixels.end(), picture.begin(), picture.end());
  }
  return pixels;
}

void print_size(const std::string& path) {
  fmt::print("{}: {:.2f} MiB\n", path, static_cast<double>(std::filesystem::file_size(path)) / (1 << 20));
}

void convert_to_int8(const cli::Arguments& arguments) {
  const std::string &from = arguments.operands()[0], to = arguments.text("out"), path = arguments.text("calibrate");
  Model model = load_model(from);
  const Dataset data = read_fer_csv(path, false);
  if (model.network.input != Shape({data.height, data.width, data.channels}))
    throw Error(fmt::format("{}: expected pictures {}, the network's input, found {}", path,
                            model.network.input.to_string(),
                            Shape({data.height, data.width, data.channels}).to_string()));
  const std::vector<int64_t> rows = calibration_rows(data, arguments.integer("calibrate-limit", 1, 1 << 30), path);
  model = quantize_int8(std::move(model), pixels_of(data, rows));
  save_model(model, to);
  fmt::print("{} layers in 8-bit integers, calibrated on {} pictures\n", model.int8.size(), rows.size());
  print_size(from);
  print_size(to);
}

bool is_onnx(const std::string& path) { return path.ends_with(".onnx"); }

std::vector<std::string> split_names(const std::string& text) {
  std::vector<std::string> names;
  std::istringstream stream(text);
  for (std::string name; std::getline(stream, name, ',');) names.push_back(name);
  return names;
}

void convert_to_onnx(const cli::Arguments& arguments) {
  OnnxWriteOptions options;
  options.fold_batch_norm = !arguments.flag("keep-batch-norm");
  options.opset = static_cast<int>(arguments.integer("opset", kOldestWrittenOnnxOpset, kNewestWrittenOnnxOpset));
  options.pixels_in = !arguments.flag("preprocessed");
  if (arguments.flag("channels-first")) options.input_layout = OnnxLayout::kChannelsFirst;
  write_onnx(load_model(arguments.operands()[0]), arguments.text("out"), options);
}

// What the file may not say: names, and how pixels become its input.
template <class Options>
void read_common_options(const cli::Arguments& arguments, Options& options) {
  if (arguments.has("class-names")) options.class_names = split_names(arguments.text("class-names"));
  if (arguments.has("pixel-scale") || arguments.has("pixel-shift")) {
    options.preprocessing = Preprocessing{static_cast<float>(arguments.number("pixel-scale", -1e6, 1e6)),
                                          static_cast<float>(arguments.number("pixel-shift", -1e6, 1e6))};
  }
}

void convert_from_onnx(const cli::Arguments& arguments) {
  OnnxReadOptions options;
  read_common_options(arguments, options);
  save_model(read_onnx(arguments.operands()[0], options), arguments.text("out"));
}

bool is_keras(const std::string& path) {
  return path.ends_with(".h5") || path.ends_with(".hdf5") || path.ends_with(".keras");
}

void convert_from_keras(const cli::Arguments& arguments) {
  KerasReadOptions options;
  read_common_options(arguments, options);
  if (arguments.has("config")) options.config = arguments.text("config");
  if (arguments.has("network")) options.network = load_network(arguments.text("network"));
  if (arguments.has("backend")) {
    options.theano_kernels = arguments.choice("backend", {"theano", "tensorflow"}) == "theano";
  }
  const KerasModel read = read_keras(arguments.operands()[0], options);
  save_model(read.model, arguments.text("out"));
  for (const std::string& note : read.notes) fmt::print("{}\n", note);
}

void print_layers(const char* what, const std::vector<std::string>& names) {
  fmt::print("{}: {} layer{}\n", what, names.size(), names.size() == 1 ? "" : "s");
  for (const std::string& name : names) fmt::print("  {}\n", name);
}

// Weights of a backbone into a network that goes on from there.
void fill_network(const cli::Arguments& arguments) {
  const std::string into = arguments.text("into");
  Model model;
  if (into.ends_with(".safetensors")) {
    model = load_model(into);
  } else {
    model.network = load_network(into);
    model.weights = initialize(model.network, static_cast<uint64_t>(arguments.integer("seed", 0, INT64_MAX)));
  }
  if (arguments.has("class-names")) model.network.class_names = split_names(arguments.text("class-names"));
  if (arguments.has("pixel-scale") || arguments.has("pixel-shift")) {
    KerasReadOptions options;
    read_common_options(arguments, options);
    model.preprocessing = *options.preprocessing;
  }
  const BackboneReport report = fill_from_keras(model, arguments.operands()[0]);
  save_model(model, arguments.text("out"));
  print_layers("filled from the file", report.filled);
  print_layers("as they were", report.initial);
  print_layers("of the file, not used", report.unused);
}

void convert_keras(const cli::Arguments& arguments) {
  if (!arguments.has("into")) return convert_from_keras(arguments);
  for (const char* other : {"config", "network", "backend"}) {
    if (arguments.has(other)) throw cli::UsageError(std::string("--into does not go with --") + other);
  }
  fill_network(arguments);
}

// Options that belong to another conversion would be ignored; that is worth an error.
void refuse_others(const cli::Arguments& arguments, const std::string& conversion,
                   const std::vector<std::string>& options) {
  for (const std::string& option : options)
    if (arguments.has(option)) throw cli::UsageError("--" + option + ": not for a conversion " + conversion);
}

int convert(const cli::Arguments& arguments) {
  if (arguments.operands().size() != 1) throw cli::UsageError("expected one MODEL");
  if (!arguments.has("out")) throw cli::UsageError("expected --out FILE");
  const std::vector<std::string> of_int8 = {"int8", "calibrate", "calibrate-limit"},
                                 of_writing = {"keep-batch-norm", "opset", "preprocessed", "channels-first"},
                                 of_reading = {"class-names", "pixel-scale", "pixel-shift"},
                                 of_keras = {"config", "network", "backend", "into", "seed"};
  cli::use_threads(arguments);
  if (is_keras(arguments.operands()[0])) {
    refuse_others(arguments, "from Keras", of_int8);
    refuse_others(arguments, "from Keras", of_writing);
    convert_keras(arguments);
    print_size(arguments.operands()[0]);
    print_size(arguments.text("out"));
    return 0;
  }
  refuse_others(arguments, "that is not from Keras", of_keras);
  if (is_onnx(arguments.operands()[0])) {
    refuse_others(arguments, "from ONNX", of_int8);
    refuse_others(arguments, "from ONNX", of_writing);
    convert_from_onnx(arguments);
  } else if (is_onnx(arguments.text("out"))) {
    refuse_others(arguments, "to ONNX", of_int8);
    refuse_others(arguments, "to ONNX", of_reading);
    convert_to_onnx(arguments);
  } else {
    refuse_others(arguments, "to 8-bit integers", of_writing);
    refuse_others(arguments, "to 8-bit integers", of_reading);
    if (!arguments.flag("int8")) throw cli::UsageError("expected --int8, or a file named .onnx, .h5 or .keras");
    if (!arguments.has("calibrate")) throw cli::UsageError("--int8: expected --calibrate DATA beside it");
    convert_to_int8(arguments);
    return 0;
  }
  print_size(arguments.operands()[0]);
  print_size(arguments.text("out"));
  return 0;
}

void declare(cxxopts::Options& options) {
  const auto text = [] { return cxxopts::value<std::string>(); };
  options.add_options()("out", "Write the new model here", text(), "FILE");
  options.add_options("To 8-bit integers")("int8", "Compute in 8-bit integers");
  options.add_options("To 8-bit integers")(
      "calibrate", "CSV file with pictures like those to come; its Training part is taken", text(), "DATA");
  options.add_options("To 8-bit integers")("calibrate-limit", "Pictures to calibrate on, spread over the file",
                                           text()->default_value("512"), "N");
  options.add_options("To ONNX")("keep-batch-norm", "Leave batch norms nodes of their own");
  options.add_options("To ONNX")("opset", "Version of ONNX's operators, 13 to 21", text()->default_value("13"), "N");
  options.add_options("To ONNX")("channels-first", "Input [batch, channels, height, width]");
  options.add_options("To ONNX")("preprocessed", "Input preprocessed already, not pixels 0 to 255");
  const char* reading = "From ONNX or Keras";
  options.add_options(reading)("class-names", "Names in label order, with commas between", text(), "A,B,...");
  options.add_options(reading)("pixel-scale", "The model's input is pixel * scale + shift", text()->default_value("1"),
                               "X");
  options.add_options(reading)("pixel-shift", "See --pixel-scale", text()->default_value("0"), "X");
  const char* keras = "From Keras";
  options.add_options(keras)("config", "For weights alone: the model as Keras's to_json() wrote it", text(), "FILE");
  options.add_options(keras)("network", "For weights alone: a network of libfer", text(), "NAME|FILE");
  options.add_options(keras)("into", "Fill layers of this network or model by name (or in order); keep the rest",
                             text(), "NAME|FILE");
  options.add_options(keras)("seed", "Of the first values of layers that --into does not fill",
                             text()->default_value("42"), "N");
  options.add_options(keras)("backend", "What Keras ran on, theano or tensorflow, where the file does not say", text(),
                             "NAME");
  cli::declare_threads(options);
}

}  // namespace
}  // namespace fer

int main(int argc, char** argv) {
  return fer::cli::run({.name = "fer-convert",
                        .operands = "MODEL",
                        .purpose = "Converts a model: to 8-bit integers (a quarter of the size, faster for single "
                                   "pictures), or, by the names\nof the files, to or from ONNX, or from Keras.",
                        .declare = fer::declare,
                        .run = fer::convert,
                        .groups = {"To 8-bit integers", "To ONNX", "From ONNX or Keras", "From Keras"}},
                       argc, argv);
}
