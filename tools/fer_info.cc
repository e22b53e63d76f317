// fer-info: what a network or a model is.
#include <fmt/format.h>

#include <cmath>

#include "fer/error.h"
#include "fer/figures.h"
#include "fer/file.h"
#include "fer/layer_table.h"
#include "fer/model.h"
#include "fer/network.h"
#include "fer/threads.h"
#include "fer/trainer.h"
#include "tools/cli/cli.h"
#include "tools/train/recipe.h"

namespace fer {
namespace {

using nlohmann::ordered_json;

// A network is a name or a JSON file, which begins with {; any other file is taken for a model, or refused as one. (A
// model begins with eight bytes of a length, which may be anything, and the { of its header.)
bool is_model_file(const std::string& path) {
  if (path.ends_with(".safetensors")) return true;  // an empty one too
  if (path.ends_with(".json") || path_kind(path) != PathKind::kFile) return false;
  const std::string begin = read_beginning(path, 64);
  if (begin.size() > 8 && begin[7] == 0 && begin[8] == '{') return true;
  const size_t first = begin.find_first_not_of(" \t\r\n");
  return first != std::string::npos && begin[first] != '{';
}

ordered_json layers_json(const Network& network) {
  ordered_json layers = ordered_json::array();
  const std::vector<LayerInfo> infos = infer(network);
  for (size_t i = 0; i < network.layers.size(); ++i) {
    layers.push_back({{"name", network.layers[i].name},
                      {"type", layer_type_name(network.layers[i].kind)},
                      {"output", infos[i].output.dims()},
                      {"params", infos[i].params},
                      {"trainable", infos[i].trainable},
                      {"macs", infos[i].macs}});
  }
  return layers;
}

ordered_json network_json(const Network& network, int64_t batch_size) {
  const Totals sums = totals(network);
  return {{"name", network.name},
          {"input", network.input.dims()},
          {"classes", class_count(network)},
          {"class_names", network.class_names},
          {"params", sums.params},
          {"trainable", sums.trainable},
          {"macs", sums.macs},
          {"batch_size", batch_size},
          {"training_memory_bytes", training_memory_bytes(network, batch_size)},
          {"instruction_set", active_target()},
          {"bf16", precision_available(Precision::kBf16)},
          {"layers", layers_json(network)}};
}

ordered_json preprocessing_json(const Preprocessing& p) {
  ordered_json json = {{"scale", p.scale}, {"shift", p.shift}};
  if (p.resize.given()) json["resize"] = {p.resize.height, p.resize.width};
  if (p.equalize) json["equalize"] = true;
  if (p.standardize != Standardization::kNone) json["standardize"] = standardization_name(p.standardize);
  return json;
}

// How a model's pictures become its input.
std::string input_text(const Preprocessing& p) {
  const bool by_itself = p.standardize == Standardization::kPicture;
  std::string text;
  if (p.resize.given()) text += fmt::format("centre of {}x{}, ", p.resize.height, p.resize.width);
  if (p.equalize) text += "histogram equalised, ";
  if (by_itself) text += "standardised by the picture's own mean and deviation";
  if (by_itself && p.scale == 1 && p.shift == 0) return text;
  text += fmt::format("{} * {:.8g}", by_itself ? "," : "pixel", p.scale);
  if (p.shift != 0) text += fmt::format(" {} {:.8g}", p.shift < 0 ? "-" : "+", std::abs(p.shift));
  if (p.standardize == Standardization::kDataset) {
    text += fmt::format(" (mean {:.6g} and deviation {:.6g} of the training set)", -p.shift / p.scale, 1 / p.scale);
  }
  return text;
}

std::string emoji_text(const Model& model) {
  std::string text;
  for (size_t i = 0; i < model.emoji.size(); ++i) {
    const std::vector<std::string>& names = model.network.class_names;
    text += fmt::format("{}{} {}", i == 0 ? "" : ", ", i < names.size() ? names[i] : fmt::to_string(i),
                        model.emoji[i].empty() ? "-" : model.emoji[i]);
  }
  return text;
}

void print_network(const Network& network, int64_t batch_size) {
  const Totals sums = totals(network);
  std::string table = layer_table(network);
  if (table.empty() || table.back() != '\n') table += '\n';
  fmt::print("{}\n", table);
  fmt::print("parameters       {} ({} trainable, {} not)\n", cli::grouped(sums.params), cli::grouped(sums.trainable),
             cli::grouped(sums.params - sums.trainable));
  fmt::print("multiply-adds    {} per picture, forward\n", cli::grouped(sums.macs));
  fmt::print("training memory  {:.1f} MiB at batch size {}\n",
             static_cast<double>(training_memory_bytes(network, batch_size)) / (1 << 20), batch_size);
  if (!network.class_names.empty()) fmt::print("classes          {}\n", fmt::join(network.class_names, ", "));
  fmt::print("instruction set  {}{}\n", active_target(),
             precision_available(Precision::kBf16) ? ", with bf16 products" : "");
}

int list_networks() {
  for (const std::string& name : network_names()) fmt::print("{}\n", name);
  fmt::print("\nrecipes, for fer-train --recipe NAME:\n{}", cli::recipe_list());
  return 0;
}

int info(const cli::Arguments& arguments) {
  if (arguments.flag("list")) return list_networks();
  cli::expect_one_operand(arguments, "NETWORK or MODEL");
  const int64_t batch_size = arguments.integer("batch-size", 1, 1 << 20);
  const std::string& what = arguments.operands()[0];
  const bool is_model = is_model_file(what);
  Model model;
  if (is_model) {
    model = load_model(what);
  } else {
    model.network = load_network(what);
  }
  if (arguments.has("graph")) write_file(arguments.text("graph"), network_figure(model.network).svg);
  if (arguments.flag("json")) {
    ordered_json json = network_json(model.network, batch_size);
    if (is_model) json["storage"] = storage_name(model_storage(what));
    if (is_model) json["preprocessing"] = preprocessing_json(model.preprocessing);
    if (is_model) json["temperature"] = model.temperature;
    fmt::print("{}\n", cli::one_line(json));
    return 0;
  }
  print_network(model.network, batch_size);
  if (is_model) {
    const Storage storage = model_storage(what);
    if (storage != Storage::kFp32)
      fmt::print("storage          kernels as {}, computed in fp32\n", storage_name(storage));
  }
  if (!model.emoji.empty()) fmt::print("emoji            {}\n", emoji_text(model));
  if (is_model) fmt::print("input            {}\n", input_text(model.preprocessing));
  if (model.temperature != 1) fmt::print("temperature      {:.6g}: divides the logits\n", model.temperature);
  return 0;
}

void declare_options(cxxopts::Options& options) {
  options.add_options()("batch-size", "Batch size for which memory is stated",
                        cxxopts::value<std::string>()->default_value("64"), "N");
  options.add_options()("list", "Print the names of the networks and the recipes that come with libfer");
  options.add_options()("json", "Print one JSON object");
  options.add_options()("graph", "Write a picture of the network: its layers, shapes and branches",
                        cxxopts::value<std::string>(), "FILE.svg");
}

cli::Program program() {
  return {.name = "fer-info",
          .operands = "NETWORK|MODEL",
          .purpose =
              "Prints the layers of a network (a name or a JSON file) or of a trained model, its "
              "parameters, its\nmultiply-adds and the memory that training it takes.",
          .declare = declare_options,
          .run = info};
}

}  // namespace
}  // namespace fer

int main(int argc, char** argv) { return fer::cli::run(fer::program, argc, argv); }
