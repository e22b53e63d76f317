#include "tools/convert/sources.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "fer/error.h"
#include "fer/keras.h"
#include "fer/new_head.h"
#include "fer/onnx.h"

namespace fer::cli {
namespace {

// Reads options for what a file may not say: class names, and how pixels become its input.
template <class Options>
void read_common_options(const Arguments& arguments, Options& options) {
  if (arguments.has("class-names")) options.class_names = listed_names("class-names", arguments.text("class-names"));
  if (!arguments.has("pixel-scale") && !arguments.has("pixel-shift")) return;
  const auto number = [&](const char* option, double otherwise) {
    return static_cast<float>(arguments.has(option) ? arguments.number(option, -1e6, 1e6) : otherwise);
  };
  options.preprocessing = Preprocessing{number("pixel-scale", 1), number("pixel-shift", 0)};
  if (options.preprocessing->scale == 0) {
    throw UsageError("--pixel-scale: expected another number than 0, which would make all pictures the same");
  }
}

// All pictures that libfer's programs read have 1 or 3 channels.
void check_channels(const Model& model, const std::string& path) {
  const Shape& input = model.network.input;
  if (input.rank() == 3 && (input[2] == 1 || input[2] == 3)) return;
  throw Error(path + ": input: expected pictures of 1 or 3 channels, found " + input.to_string() +
              " (height, width, channels), which no picture fits");
}

Model model_from_onnx(const Arguments& arguments, Notes& notes) {
  OnnxReadOptions options;
  read_common_options(arguments, options);
  OnnxModel read = read_onnx_with_notes(arguments.operands()[0], options);
  check_channels(read.model, arguments.operands()[0]);
  notes.insert(notes.end(), read.notes.begin(), read.notes.end());
  return std::move(read.model);
}

Model model_from_keras(const Arguments& arguments, Notes& notes) {
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

// The network or model of --into.
Model model_to_fill(const Arguments& arguments, Notes& notes) {
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
  return model;
}

// Copies the weights of one of libfer's models into a network. The pixels go in as into the model that they are from.
Model filled_by_own(const Arguments& arguments, Notes& notes) {
  const Model from = load_model(arguments.operands()[0]);
  Model model = model_to_fill(arguments, notes);
  const TakenWeights weights = take_weights(from, model);
  const std::pair<const char*, const std::vector<std::string>*> lists[] = {
      {"filled from the file", &weights.taken},
      {"as they were, of another shape in the file", &weights.other},
      {"as they were, not in the file", &weights.absent},
      {"of the file, not used", &weights.unused}};
  for (const auto& [what, names] : lists) {
    if (!names->empty()) add_layers(what, *names, notes);
  }
  const PictureSize resize = model.preprocessing.resize;
  model.preprocessing = from.preprocessing;
  model.preprocessing.resize = resize;
  notes.push_back(fmt::format("input: pixels go in as into the file's model, times {}, plus {}",
                              from.preprocessing.scale, from.preprocessing.shift));
  const std::vector<std::string>& names = from.network.class_names;
  const bool whole = weights.other.empty() && weights.absent.empty();
  if (whole && !names.empty() && class_count(model.network) == static_cast<int64_t>(names.size())) {
    model.network.class_names = names;
    model.classes = from.classes;
    model.emoji = from.emoji;
    notes.push_back(fmt::format("classes: the file's ({})", fmt::join(names, ", ")));
  }
  return model;
}

// Copies the weights of a backbone into a network that is built on it.
Model filled_network(const Arguments& arguments, Notes& notes) {
  Model model = model_to_fill(arguments, notes);
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

}  // namespace

Form form_of(const std::string& path) {
  const std::string end = extension(path);
  if (end == ".onnx") return Form::kOnnx;
  return end == ".h5" || end == ".hdf5" || end == ".hdf" || end == ".keras" ? Form::kKeras : Form::kSafetensors;
}

Model read_any(const Arguments& arguments, Form from, Notes& notes) {
  if (from == Form::kOnnx) return model_from_onnx(arguments, notes);
  if (from == Form::kSafetensors) {
    return arguments.has("into") ? filled_by_own(arguments, notes) : load_model(arguments.operands()[0]);
  }
  return arguments.has("into") ? filled_network(arguments, notes) : model_from_keras(arguments, notes);
}

}  // namespace fer::cli
