// fer-convert: converts a model from one format to another.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

#include "fer/dataset.h"
#include "fer/error.h"
#include "fer/file.h"
#include "fer/keras.h"
#include "fer/landmarks.h"
#include "fer/model.h"
#include "fer/onnx.h"
#include "fer/quantize.h"
#include "tools/cli/cli.h"
#include "tools/data/data_source.h"

namespace fer {
namespace {

// The rows to calibrate on, spread evenly over the training part where the file names one.
std::vector<int64_t> calibration_rows(const Dataset& data, int64_t limit, const std::string& path) {
  std::vector<int64_t> rows = rows_with_usage(data, Usage::kTraining);
  if (rows.empty()) rows = rows_with_usage(data, Usage::kNone);
  if (rows.empty()) throw Error(path + ": expected pictures of the Training part to calibrate on, found none");
  const auto n = static_cast<int64_t>(rows.size()), count = std::min(n, limit);
  std::vector<int64_t> chosen;
  for (int64_t i = 0; i < count; ++i) chosen.push_back(rows[static_cast<size_t>(i * n / count)]);
  return chosen;
}

std::vector<uint8_t> pixels_of(const Dataset& data, const std::vector<int64_t>& rows, const Shape& input) {
  const auto size = static_cast<size_t>(input.elements());
  std::vector<uint8_t> pixels(rows.size() * size);
  for (size_t i = 0; i < rows.size(); ++i) {
    copy_fitted(data, rows[i], input[0], input[1], input[2], std::span(pixels).subspan(i * size, size));
  }
  return pixels;
}

void print_size(const std::string& path) {
  fmt::print("{}: {:.2f} MiB\n", path, static_cast<double>(std::filesystem::file_size(path)) / (1 << 20));
}

// Lines that are printed once the new file is there.
using Notes = std::vector<std::string>;

Model in_int8(Model model, const cli::Arguments& arguments, Notes& notes) {
  const std::string path = arguments.text("calibrate");
  const Dataset data = cli::open_data(path, {}, picture_shape(model), false).data;
  if (data.has_values() || model.network.input == Shape({kLandmarkPoints, 2, 1})) {
    throw Error(path + ": expected pictures, and a model that takes them: landmarks cannot calibrate");
  }
  const std::vector<int64_t> rows = calibration_rows(data, arguments.integer("calibrate-limit", 1, 1 << 30), path);
  const std::vector<uint8_t> pixels = pixels_of(data, rows, picture_shape(model));
  model = quantize_int8(std::move(model), pixels);
  notes.push_back(
      fmt::format("{} layers in 8-bit integers, calibrated on {} pictures", model.int8.size(), rows.size()));
  return model;
}

// What the new file has lost: the size of the difference of all weights, by that of the weights.
std::string rounding_note(const Model& model, const std::string& path, Storage storage) {
  const Model stored = load_model(path);
  double difference = 0, size = 0;
  for (const Parameter& parameter : model.weights.layout.parameters) {
    if (!parameter.name.ends_with("kernel")) continue;
    const std::span<const float> before = model.weights.of(parameter), after = stored.weights.of(parameter);
    for (size_t i = 0; i < before.size(); ++i) {
      const double lost = static_cast<double>(before[i]) - static_cast<double>(after[i]);
      difference += lost * lost;
      size += static_cast<double>(before[i]) * static_cast<double>(before[i]);
    }
  }
  return fmt::format("kernels stored as {}: rounding took {:.3f} % of their size (root mean square)",
                     storage_name(storage), size == 0 ? 0.0 : 100 * std::sqrt(difference / size));
}

void save(const Model& model, const std::string& path, const cli::Arguments& arguments, Notes& notes) {
  const Storage storage = arguments.has("storage")
                              ? storage_from_name(arguments.choice("storage", {"fp32", "bf16", "int8"}))
                              : Storage::kFp32;
  save_model(model, path, storage);
  // (What went to a pipe or a device is not there to be compared with.)
  if (storage != Storage::kFp32 && path_kind(path) == PathKind::kFile) {
    notes.push_back(rounding_note(model, path, storage));
  }
}

enum class Form { kSafetensors, kOnnx, kKeras };

// Tells the format by the end of the file's name, in upper or lower case.
Form form_of(const std::string& path) {
  const std::string end = cli::extension(path);
  if (end == ".onnx") return Form::kOnnx;
  return end == ".h5" || end == ".hdf5" || end == ".hdf" || end == ".keras" ? Form::kKeras : Form::kSafetensors;
}

OnnxWriteOptions onnx_write_options(const cli::Arguments& arguments) {
  OnnxWriteOptions options;
  options.fold_batch_norm = !arguments.flag("keep-batch-norm");
  if (arguments.has("opset")) {
    options.opset = static_cast<int>(arguments.integer("opset", kOldestWrittenOnnxOpset, kNewestWrittenOnnxOpset));
  }
  options.pixels_in = !arguments.flag("preprocessed");
  if (arguments.flag("channels-first")) options.input_layout = OnnxLayout::kChannelsFirst;
  return options;
}

// Reads options for what a file may not say: class names, and how pixels become its input.
template <class Options>
void read_common_options(const cli::Arguments& arguments, Options& options) {
  if (arguments.has("class-names"))
    options.class_names = cli::listed_names("class-names", arguments.text("class-names"));
  if (!arguments.has("pixel-scale") && !arguments.has("pixel-shift")) return;
  const auto number = [&](const char* option, double otherwise) {
    return static_cast<float>(arguments.has(option) ? arguments.number(option, -1e6, 1e6) : otherwise);
  };
  options.preprocessing = Preprocessing{number("pixel-scale", 1), number("pixel-shift", 0)};
  if (options.preprocessing->scale == 0) {
    throw cli::UsageError("--pixel-scale: expected another number than 0, which would make all pictures the same");
  }
}

// All pictures that libfer's programs read have 1 or 3 channels.
void check_channels(const Model& model, const std::string& path) {
  const Shape& input = model.network.input;
  if (input.rank() == 3 && (input[2] == 1 || input[2] == 3)) return;
  throw Error(path + ": input: expected pictures of 1 or 3 channels, found " + input.to_string() +
              " (height, width, channels), which no picture fits");
}

Model model_from_onnx(const cli::Arguments& arguments, Notes& notes) {
  OnnxReadOptions options;
  read_common_options(arguments, options);
  OnnxModel read = read_onnx_with_notes(arguments.operands()[0], options);
  check_channels(read.model, arguments.operands()[0]);
  notes.insert(notes.end(), read.notes.begin(), read.notes.end());
  return std::move(read.model);
}

Model model_from_keras(const cli::Arguments& arguments, Notes& notes) {
  KerasReadOptions options;
  read_common_options(arguments, options);
  if (arguments.has("config")) options.config = arguments.text("config");
  if (arguments.has("network")) options.network = load_network(arguments.text("network"));
  if (arguments.has("backend")) {
    options.theano_kernels = arguments.choice("backend", {"theano", "tensorflow"}) == "theano";
  }
  KerasModel read = read_keras(arguments.operands()[0], options);
  check_channels(read.model, arguments.operands()[0]);
  notes.insert(notes.end(), read.notes.begin(), read.notes.end());
  notes.insert(notes.end(), read.assumptions.begin(), read.assumptions.end());
  return std::move(read.model);
}

void add_layers(const char* what, const std::vector<std::string>& names, Notes& notes) {
  notes.push_back(fmt::format("{}: {} layer{}", what, names.size(), names.size() == 1 ? "" : "s"));
  for (const std::string& name : names) notes.push_back("  " + name);
}

// Copies the weights of a backbone into a network that is built on it.
Model filled_network(const cli::Arguments& arguments, Notes& notes) {
  const std::string into = arguments.text("into");
  Model model;
  if (into.ends_with(".safetensors")) {
    model = load_model(into);
    if (model.temperature != 1) {
      notes.push_back(fmt::format("temperature: {:.6g} is dropped, as other weights change what it was fitted to",
                                  model.temperature));
      model.temperature = 1;
    }
  } else {
    model.network = load_network(into);
    model.weights = initialize(model.network, static_cast<uint64_t>(arguments.integer("seed", 0, INT64_MAX)));
  }
  KerasReadOptions options;
  read_common_options(arguments, options);
  if (!options.class_names.empty()) model.network.class_names = options.class_names;
  if (options.preprocessing) {
    model.preprocessing = *options.preprocessing;
  } else {
    notes.push_back(
        fmt::format("input: a pixel goes in times {}, plus {}, as the network has it, since the file does not "
                    "say (--pixel-scale and --pixel-shift say otherwise)",
                    model.preprocessing.scale, model.preprocessing.shift));
  }
  const BackboneReport report = fill_from_keras(model, arguments.operands()[0]);
  add_layers("filled from the file", report.filled, notes);
  add_layers("as they were", report.initial, notes);
  add_layers("of the file, not used", report.unused, notes);
  return model;
}

Model read_any(const cli::Arguments& arguments, Form from, Notes& notes) {
  if (from == Form::kOnnx) return model_from_onnx(arguments, notes);
  if (from == Form::kSafetensors) return load_model(arguments.operands()[0]);
  return arguments.has("into") ? filled_network(arguments, notes) : model_from_keras(arguments, notes);
}

// A file of libfer's under the name of another format would be taken for one.
void refuse_other_format(const std::string& path) {
  constexpr std::array kOthers = {".pt",        ".pth", ".ckpt", ".tflite", ".pb",   ".ort",     ".mlmodel",
                                  ".mlpackage", ".npz", ".npy",  ".pkl",    ".gguf", ".engine",  ".json",
                                  ".xml",       ".csv", ".zip",  ".gz",     ".txt",  ".weights", ".caffemodel"};
  const std::string end = cli::extension(path);
  if (std::find(kOthers.begin(), kOthers.end(), end) == kOthers.end()) return;
  throw cli::UsageError(fmt::format("--out: expected a name that ends in .safetensors or .onnx, found {}", end));
}

// Options of another conversion would be ignored without a word, so they are errors.
void check_options(const cli::Arguments& arguments, Form from, Form to) {
  const auto refuse = [&](const char* conversion, const std::vector<std::string>& options) {
    for (const std::string& option : options) {
      if (arguments.has(option))
        throw cli::UsageError(fmt::format("--{}: not for a conversion {}", option, conversion));
    }
  };
  const bool int8 = arguments.flag("int8");
  refuse_other_format(arguments.text("out"));
  if (to == Form::kKeras) throw cli::UsageError("--out: files of Keras are read, not written");
  if (from == Form::kSafetensors && to == Form::kSafetensors && !int8 && !arguments.has("storage"))
    throw cli::UsageError("expected --int8, --storage, or a file named .onnx, .h5, .hdf5, .hdf or .keras");
  if (from != Form::kKeras) refuse("that is not from Keras", {"config", "network", "backend", "into", "seed"});
  if (from == Form::kSafetensors) refuse("of a model of libfer's", {"class-names", "pixel-scale", "pixel-shift"});
  if (to == Form::kOnnx) refuse("to ONNX", {"int8", "calibrate", "calibrate-limit", "storage"});
  if (to != Form::kOnnx) refuse("that is not to ONNX", {"keep-batch-norm", "opset", "preprocessed", "channels-first"});
  if (arguments.has("into")) refuse("with --into", {"config", "network", "backend"});
  if (int8 && !arguments.has("calibrate")) throw cli::UsageError("--int8: expected --calibrate DATA beside it");
  if (int8 && arguments.has("storage"))
    throw cli::UsageError("--storage: not with --int8, whose kernels are bytes already");
  if (!int8) refuse("without --int8", {"calibrate", "calibrate-limit"});
}

int convert(const cli::Arguments& arguments) {
  cli::expect_one_operand(arguments, "MODEL");
  if (!arguments.has("out")) throw cli::UsageError("expected --out FILE");
  const std::string &path = arguments.operands()[0], out = arguments.text("out");
  const Form from = form_of(path), to = form_of(out);
  check_options(arguments, from, to);
  if (path_kind(out) != PathKind::kNone && path_kind(path) != PathKind::kNone && std::filesystem::equivalent(path, out))
    throw cli::UsageError("--out: expected another file than MODEL");
  cli::use_threads(arguments);
  Notes notes;
  Model model = read_any(arguments, from, notes);
  if (arguments.flag("int8")) model = in_int8(std::move(model), arguments, notes);
  if (to == Form::kOnnx) {
    if (!model.int8.empty())
      throw Error(path +
                  ": expected a model in floats, found one with layers in 8-bit integers: convert the "
                  "model that it was made of");
    write_onnx(model, out, onnx_write_options(arguments));
    if (model.preprocessing.equalize) {
      notes.emplace_back(
          "input: the histograms of pictures must be equalised before they go in, as OpenCV's equalizeHist does it");
    }
    if (const PictureSize& size = model.preprocessing.resize; size.given()) {
      notes.push_back(fmt::format("input: the centre {}x{} of pictures that are fitted to {}x{}",
                                  model.network.input[0], model.network.input[1], size.height, size.width));
    }
  } else {
    save(model, out, arguments, notes);
  }
  for (const std::string& note : notes) fmt::print("{}\n", note);
  print_size(path);
  print_size(out);
  return 0;
}

void declare(cxxopts::Options& options) {
  const auto text = [] { return cxxopts::value<std::string>(); };
  options.add_options()("out", "Write the new model here", text(), "FILE");
  options.add_options("To 8-bit integers")("int8", "Compute in 8-bit integers");
  options.add_options("To 8-bit integers")(
      "calibrate", "CSV file or folder of pictures like those that the model is for; its Training part is used", text(),
      "DATA");
  options.add_options("To 8-bit integers")(
      "calibrate-limit", "Number of pictures to calibrate on, spread over the file", text()->default_value("512"), "N");
  options.add_options("To a smaller file")(
      "storage", "Store kernels as fp32, bf16 (half the size) or int8 (a quarter); the model computes in floats",
      text(), "NAME");
  options.add_options("To ONNX")("keep-batch-norm", "Keep batch norms as nodes of their own");
  options.add_options("To ONNX")(
      "opset", "Version of ONNX's operators, 9 to 21 (default: 13, or 10 for relu6, which OpenCV 4.6 reads)", text(),
      "N");
  options.add_options("To ONNX")("channels-first", "Take input as [batch, channels, height, width]");
  options.add_options("To ONNX")("preprocessed", "Take input that is preprocessed already, instead of pixels 0 to 255");
  const char* reading = "From ONNX or Keras";
  options.add_options(reading)("class-names", "Names of the classes in label order, with commas between", text(),
                               "A,B,...");
  options.add_options(reading)("pixel-scale",
                               "The model's input is pixel * scale + shift (default: as the file says; 1/255 where it "
                               "says nothing, which fer-convert reports; 1 with --pixel-shift alone)",
                               text(), "X");
  options.add_options(reading)("pixel-shift",
                               "See --pixel-scale (default: as the file says; 0 where it says nothing and with "
                               "--pixel-scale alone)",
                               text(), "X");
  const char* keras = "From Keras";
  options.add_options(keras)("config", "For files with weights alone: the model as Keras's to_json() wrote it", text(),
                             "FILE");
  options.add_options(keras)("network", "For files with weights alone: a network of libfer", text(), "NAME|FILE");
  options.add_options(keras)("into", "Fill layers of this network or model by name (or in order); keep the rest",
                             text(), "NAME|FILE");
  options.add_options(keras)("seed", "Random seed for layers that --into does not fill", text()->default_value("42"),
                             "N");
  options.add_options(keras)("backend", "What Keras ran on where the file does not say: theano or tensorflow", text(),
                             "NAME");
  cli::declare_threads(options);
}

cli::Program program() {
  return {.name = "fer-convert",
          .operands = "MODEL",
          .purpose =
              "Converts a model: to 8-bit integers (a quarter of the size, faster for single "
              "pictures), to a smaller\nfile, or, by the names of the files, to or from ONNX, or from Keras.",
          .declare = declare,
          .run = convert,
          .groups = {"To 8-bit integers", "To a smaller file", "To ONNX", "From ONNX or Keras", "From Keras"}};
}

}  // namespace
}  // namespace fer

int main(int argc, char** argv) { return fer::cli::run(fer::program, argc, argv); }
