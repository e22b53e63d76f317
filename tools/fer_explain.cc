// fer-explain: what a model looks at.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fer/class_names.h"
#include "fer/classifier.h"
#include "fer/error.h"
#include "fer/explain.h"
#include "fer/file.h"
#include "tools/cli/cli.h"
#include "tools/cli/models.h"
#include "tools/cli/pictures.h"
#include "tools/cli/stop.h"
#include "tools/data/data_source.h"
#include "tools/explain/examples.h"
#include "tools/explain/sheets.h"
#include "tools/train/trained_on.h"

namespace fer {
namespace {

using nlohmann::ordered_json;

// One name per class; its number as text where the model has no names.
std::vector<std::string> names_of(const Model& model) {
  std::vector<std::string> names = model.network.class_names;
  for (auto i = static_cast<int64_t>(names.size()); i < class_count(model.network); ++i)
    names.push_back(fmt::to_string(i));
  return names;
}

int find_class(const std::string& option, const std::string& text, const std::vector<std::string>& names) {
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == text || canonical_class_name(names[i]) == canonical_class_name(text)) return static_cast<int>(i);
  }
  throw cli::UsageError(
      fmt::format("--{}: expected one of the model's classes ({}), found {}", option, fmt::join(names, ", "), text));
}

// One line per row of the map, its numbers between commas.
std::string map_csv(const Heatmap& map) {
  std::string text;
  for (int64_t y = 0; y < map.height; ++y) {
    for (int64_t x = 0; x < map.width; ++x) {
      text += fmt::format("{}{:.6g}", x == 0 ? "" : ",", map.values[static_cast<size_t>(y * map.width + x)]);
    }
    text += '\n';
  }
  return text;
}

struct Asked {
  std::string model_path, method;  // "Grad-CAM of relu8"
  cli::PictureSubject subject;
  Explanation why;
  std::vector<std::string> names;

  const std::string& class_name() const { return names[static_cast<size_t>(why.index)]; }
  double probability() const { return why.probabilities[static_cast<size_t>(why.index)]; }
};

Asked explain_picture(const cli::Arguments& arguments, const std::string& model_path, const Model& model,
                      const cli::PictureSubject& subject) {
  const std::vector<std::string> names = names_of(model);
  const int index =
      arguments.has("class") ? find_class("class", arguments.text("class"), names) : Explainer::kMostProbable;
  const std::string method = arguments.choice("method", {"grad-cam", "occlusion"});
  const Explainer explainer(model, arguments.has("layer") ? arguments.text("layer") : "");
  if (method == "grad-cam") {
    return {model_path, fmt::format("Grad-CAM of {}", explainer.layer()), subject,
            explainer.grad_cam(subject.picture, index), names};
  }
  const OcclusionOptions options = {.size = arguments.integer("square", 0, 1 << 20),
                                    .stride = arguments.integer("stride", 0, 1 << 20)};
  return {model_path, "occlusion", subject, explainer.occlusion(subject.picture, index, options), names};
}

void print_explanation(const Asked& asked, bool json) {
  const Heatmap& map = asked.why.map;
  const auto strongest = std::max_element(map.values.begin(), map.values.end()) - map.values.begin();
  if (!json) {
    fmt::print("{}: {} {:.1f} %, score {:.3f}; {} is strongest at row {}, column {} of {}x{}\n", asked.subject.name(),
               asked.class_name(), 100 * asked.probability(), asked.why.score, asked.method, strongest / map.width,
               strongest % map.width, map.height, map.width);
    return;
  }
  ordered_json object = {{"model", asked.model_path}, {"file", asked.subject.file}};
  if (asked.subject.row >= 0) object["row"] = asked.subject.row;
  ordered_json rows = ordered_json::array();
  for (auto row = map.values.begin(); row != map.values.end(); row += map.width) {
    rows.push_back(std::vector<float>(row, row + map.width));
  }
  object.update({{"method", asked.method},
                 {"label", asked.class_name()},
                 {"index", asked.why.index},
                 {"score", asked.why.score},
                 {"probability", asked.probability()},
                 {"probabilities", asked.why.probabilities},
                 {"map", rows}});
  fmt::print("{}\n", cli::one_line(object));
}

void write_picture(const std::string& path, const Image& image) { write_file(path, encode_png(image)); }

int explain_one(const cli::Arguments& arguments, const std::string& path, const Model& model, const std::string& file) {
  const cli::PictureSubject subject =
      cli::read_subject(file, arguments.has("row") ? arguments.integer("row", 0, INT64_MAX) : -1);
  if (arguments.has("maps")) {
    if (!arguments.has("layer")) throw cli::UsageError("--maps: expected --layer NAME, whose maps are to be drawn");
    const std::string layer = arguments.text("layer");
    write_picture(arguments.text("maps"), cli::maps_sheet(subject, layer, layer_output(model, layer, subject.picture)));
    if (!arguments.has("out") && !arguments.has("csv") && !arguments.flag("json")) return 0;
  }
  const Asked asked = explain_picture(arguments, path, model, subject);
  if (arguments.has("out")) {
    write_picture(arguments.text("out"),
                  cli::explanation_picture(subject, asked.why, asked.class_name(), asked.method));
  }
  if (arguments.has("csv")) write_file(arguments.text("csv"), map_csv(asked.why.map));
  print_explanation(asked, arguments.flag("json"));
  return 0;
}

ordered_json example_json(const Dataset& data, const cli::Example& example, const char* kind,
                          const std::vector<std::string>& names) {
  ordered_json object = {{"kind", kind}};
  if (!data.files.empty()) object["file"] = data.files[static_cast<size_t>(example.row)];
  object.update({{"row", example.row},
                 {"probability", example.probability},
                 {"predicted", names[static_cast<size_t>(example.predicted)]},
                 {"probability_of_predicted", example.of_predicted}});
  return object;
}

int explain_examples(const cli::Arguments& arguments, const std::string& path, Model model, const std::string& file) {
  const std::vector<std::string> names = names_of(model);
  const int label = find_class("examples", arguments.text("examples"), names);
  cli::OpenedData opened = cli::open_data(file, cli::read_data_options(arguments), picture_shape(model));
  cli::apply_model_classes(opened, model);
  cli::print_notes("fer-explain", opened);
  const cli::NamedRows rows =
      cli::rows_to_judge_by("fer-explain", {path}, cli::read_split(arguments), "", opened.data, file);
  std::vector<Model> models;
  models.push_back(std::move(model));
  const Classifier classifier(std::move(models), {}, {path});
  const cli::StopOnSignals stop_on_signals;
  const Tensor probabilities =
      cli::unless_stopped([&] { return classifier.predict_rows(opened.data, rows.rows, 64, cli::stop_asked); },
                          "interrupted before the last picture: give the same command again");
  const cli::Examples found =
      cli::examples_of(opened.data, rows.rows, probabilities, label, arguments.integer("count", 1, 1000), names);
  if (arguments.has("out")) {
    write_picture(arguments.text("out"), cli::examples_sheet(opened.data, found, names,
                                                             fmt::format("{} in {} of {}", found.class_name, rows.name,
                                                                         cli::base_name(file))));
  }
  if (arguments.has("csv")) write_file(arguments.text("csv"), cli::examples_csv(opened.data, found, names));
  if (!arguments.flag("json")) {
    fmt::print("{}", cli::examples_text(opened.data, found, names));
    return 0;
  }
  for (const cli::Example& one : found.best)
    fmt::print("{}\n", cli::one_line(example_json(opened.data, one, "best", names)));
  for (const cli::Example& one : found.worst) {
    fmt::print("{}\n", cli::one_line(example_json(opened.data, one, "worst", names)));
  }
  return 0;
}

int explain_model(const cli::Arguments& arguments) {
  const std::vector<std::string>& operands = arguments.operands();
  const size_t models = cli::leading_models(operands);
  if (models > 1) throw cli::UsageError(fmt::format("expected one MODEL, found {}", models));
  const std::span<const std::string> files = std::span(operands).subspan(models);
  const bool kernels_alone = arguments.has("kernels") && files.empty();
  if (files.size() != 1 && !kernels_alone) {
    throw cli::UsageError(fmt::format("expected one FILE, after the MODEL if there is one, found {}", files.size()));
  }
  cli::use_threads(arguments);
  const std::string path = cli::models_or_default("fer-explain", std::span(operands).first(models))[0];
  Model model = load_model(path);
  if (arguments.has("kernels")) write_picture(arguments.text("kernels"), cli::kernels_sheet(model));
  if (kernels_alone) return 0;
  if (arguments.has("examples")) return explain_examples(arguments, path, std::move(model), files[0]);
  return explain_one(arguments, path, model, files[0]);
}

void declare_options(cxxopts::Options& options) {
  const auto text = [] { return cxxopts::value<std::string>(); };
  options.add_options()("out", "Write the picture with the map over it, or the sheet of --examples", text(),
                        "FILE.png");
  options.add_options()("csv", "Write the map's numbers, a line for each row, or the table of --examples", text(),
                        "FILE.csv");
  options.add_options()("json", "Print JSON, the map's numbers in it");
  options.add_options()("class", "The class to explain (default: the most probable one)", text(), "NAME");
  options.add_options()("method", "grad-cam, or occlusion: what is lost when a square covers a place",
                        text()->default_value("grad-cam"), "NAME");
  options.add_options()("layer", "The layer for Grad-CAM and --maps (default: the last convolution's, before its pool)",
                        text(), "NAME");
  options.add_options()("square", "occlusion: side of the square in pixels (default: a sixth of the picture's)",
                        text()->default_value("0"), "N");
  options.add_options()("stride", "occlusion: by how much it is moved (default: a quarter of the square)",
                        text()->default_value("0"), "N");
  options.add_options()("row", "Of a CSV file, from 0", text(), "N");
  options.add_options()("maps", "Write the maps of --layer for the picture, as a sheet", text(), "FILE.png");
  options.add_options()("kernels", "Write the kernels of the first convolution, as a sheet", text(), "FILE.png");
  options.add_options()("examples",
                        "FILE is labelled data: show what the model is most and least sure of in this class", text(),
                        "CLASS");
  options.add_options()("count", "--examples: how many of each", text()->default_value("16"), "N");
  options.add_options()("split", "--examples: which part of the data, as fer-eval takes it", text(), "NAME");
  auto add = options.add_options();
  cli::declare_data_options(add, false);
  cli::declare_cache_option(add);
  cli::declare_threads(options);
}

cli::Program program() {
  return {.name = "fer-explain",
          .operands = "[MODEL] FILE",
          .purpose =
              "Shows what a model looks at in a picture (a PNG, JPEG, PGM or WebP file, or a row of a CSV file): "
              "Grad-CAM or occlusion,\nthe maps of a layer, the first kernels, and the best and worst examples of a "
              "class. Without a MODEL, the one that comes\nwith libfer, or that FER_MODEL names, is asked.",
          .declare = declare_options,
          .run = explain_model};
}

}  // namespace
}  // namespace fer

int main(int argc, char** argv) { return fer::cli::run(fer::program, argc, argv); }
