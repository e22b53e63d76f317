// fer-convert: converts a model from one format to another.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "fer/error.h"
#include "fer/file.h"
#include "fer/model.h"
#include "fer/onnx.h"
#include "tools/cli/class_emoji.h"
#include "tools/cli/cli.h"
#include "tools/convert/smaller.h"
#include "tools/convert/sources.h"

namespace fer {
namespace {

using cli::Form;

void print_size(const std::string& path) {
  fmt::print("{}: {:.2f} MiB\n", path, static_cast<double>(std::filesystem::file_size(path)) / (1 << 20));
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
  const bool own = from == Form::kSafetensors,
             changed = int8 || arguments.has("storage") || arguments.has("into") || arguments.has("class-emoji");
  if (own && to == Form::kSafetensors && !changed)
    throw cli::UsageError(
        "expected --int8, --storage, --class-emoji, --into, or a file named .onnx, .h5, .hdf5, .hdf or .keras");
  if (from != Form::kKeras) refuse("that is not from Keras", {"config", "network", "backend"});
  if (from == Form::kOnnx) refuse("from ONNX", {"into", "seed"});
  if (own && !arguments.has("into")) refuse("without --into", {"seed"});
  if (from == Form::kSafetensors) refuse("of a model of libfer's", {"class-names", "pixel-scale", "pixel-shift"});
  if (to == Form::kOnnx) refuse("to ONNX", {"int8", "calibrate", "calibrate-limit", "storage", "class-emoji"});
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
  const Form from = cli::form_of(path), to = cli::form_of(out);
  check_options(arguments, from, to);
  if (path_kind(out) != PathKind::kNone && path_kind(path) != PathKind::kNone && std::filesystem::equivalent(path, out))
    throw cli::UsageError("--out: expected another file than MODEL");
  cli::use_threads(arguments);
  cli::Notes notes;
  Model model = cli::read_any(arguments, from, notes);
  if (arguments.flag("int8")) model = cli::in_int8(std::move(model), arguments, notes);
  if (arguments.has("class-emoji")) {
    model.emoji = cli::class_emoji_of(arguments.text("class-emoji"), model.network.class_names, model.emoji);
  }
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
    cli::save(model, out, arguments, notes);
  }
  for (const std::string& note : notes) fmt::print("{}\n", note);
  print_size(path);
  print_size(out);
  return 0;
}

void declare_options(cxxopts::Options& options) {
  const auto text = [] { return cxxopts::value<std::string>(); };
  options.add_options()("out", "Write the new model here", text(), "FILE");
  options.add_options()("class-emoji", cli::kClassEmojiHelp, text(), "LIST");
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
  const char* filling = "Weights for another network";
  options.add_options(filling)("into",
                               "Fill layers of this network or model with MODEL's weights, by name (from Keras also in "
                               "order); keep the rest",
                               text(), "NAME|FILE");
  options.add_options(filling)("seed", "Random seed for layers that --into does not fill", text()->default_value("42"),
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
          .declare = declare_options,
          .run = convert,
          .groups = {"To 8-bit integers", "To a smaller file", "To ONNX", "From ONNX or Keras", "From Keras",
                     "Weights for another network"}};
}

}  // namespace
}  // namespace fer

int main(int argc, char** argv) { return fer::cli::run(fer::program, argc, argv); }
