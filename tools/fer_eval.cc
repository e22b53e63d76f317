// fer-eval: tells how good a model is on labelled pictures.
#include <fmt/format.h>

#include <optional>

#include "fer/dataset.h"
#include "fer/file.h"
#include "fer/report.h"
#include "tools/cli/cli.h"
#include "tools/cli/models.h"
#include "tools/cli/pictures.h"
#include "tools/cli/stop.h"
#include "tools/data/data_source.h"
#include "tools/eval/guessing.h"
#include "tools/eval/results.h"
#include "tools/eval/wrong_list.h"
#include "tools/figures/evaluation_files.h"
#include "tools/figures/write_figures.h"
#include "tools/train/trained_on.h"

namespace fer {
namespace {

// DATA: the last operand, and those before it that are no models either, where one is given.
std::vector<std::string> sources_among(const std::vector<std::string>& operands) {
  size_t first = operands.size() - 1;
  if (path_content(operands[0]) != PathContent::kData) {
    while (first > 1 && path_content(operands[first - 1]) == PathContent::kData) --first;
  }
  return {operands.begin() + static_cast<std::ptrdiff_t>(first), operands.end()};
}

void write_report(const std::string& path, const cli::Arguments& arguments, const cli::Subject& subject,
                  const Dataset& data, const cli::NamedRows& rows, const cli::Results& results) {
  const std::string data_path = cli::name_of_sources(sources_among(arguments.operands()));
  const std::string title = subject.single() ? cli::base_name(subject.paths[0]) : subject.name();
  EvaluationReport report;
  report.title = fmt::format("{} on {} of {}", title, rows.name, cli::base_name(data_path));
  for (size_t i = 0; i < subject.paths.size(); ++i) {
    const Network& network = subject.classifier.model(i).network;
    report.settings.emplace_back("model", subject.paths[i]);
    report.settings.emplace_back(
        "network", fmt::format("{}, {} parameters", cli::shown_name(network), cli::grouped(totals(network).params)));
  }
  if (!subject.single()) report.settings.emplace_back("joined by", subject.joined_by());
  for (auto& setting : cli::results_settings(results)) report.settings.push_back(std::move(setting));
  report.settings.insert(
      report.settings.end(),
      {{"data", data_path}, {"split", rows.name}, {"views", subject.views_text()}, {"command", arguments.command()}});
  report.evaluation = results.all;
  report.worst = cli::worst_pictures(data, results.all);
  write_file(path, evaluation_report_html(report));
}

void write_figures(const cli::Arguments& arguments, const cli::Subject& subject, const Dataset& data,
                   const cli::NamedRows& rows, const cli::Results& results) {
  const std::string title =
      fmt::format("{} on {} of {}", subject.single() ? cli::base_name(subject.paths[0]) : subject.name(), rows.name,
                  cli::base_name(cli::name_of_sources(sources_among(arguments.operands()))));
  std::optional<int64_t> row;
  if (arguments.has("row")) row = arguments.integer("row", 0, INT64_MAX);
  const cli::EvaluationFiles files =
      cli::evaluation_files(data, rows.rows, results.probabilities, subject.classifier.class_names(), title, row);
  cli::write_figures("fer-eval", arguments.text("figures"), files.figures, files.pictures);
}

void print_results(const cli::Arguments& arguments, const cli::Subject& subject, const cli::NamedRows& rows,
                   const cli::Results& results) {
  const std::string data_path = cli::name_of_sources(sources_among(arguments.operands()));
  if (!arguments.flag("json")) {
    fmt::print("{} on {} of {}\n{}", subject.name(), rows.name, data_path, cli::results_text(subject, results));
    return;
  }
  nlohmann::ordered_json json;
  if (subject.single()) {
    json["model"] = subject.paths[0];
  } else {
    json["models"] = subject.paths;
    json["joined_by"] = subject.options.rule == EnsembleRule::kVote ? "vote" : "mean";
    if (!subject.options.weights.empty()) json["weights"] = subject.options.weights;
  }
  json.update({{"data", data_path}, {"split", rows.name}});
  cli::add_results(subject, results, json);
  fmt::print("{}\n", cli::one_line(json));
}

void list_wrong(const cli::Arguments& arguments, const cli::Subject& subject, const Dataset& data,
                const cli::NamedRows& rows, const cli::Results& results) {
  const cli::WrongList list = cli::wrong_list(subject.classifier, results.probabilities, data, rows.rows);
  const std::string path = arguments.text("list-wrong");
  write_file(path, list.text);
  if (!arguments.flag("json")) fmt::print("{} of {} are wrong: {}\n", list.count, rows.rows.size(), path);
}

int eval(const cli::Arguments& arguments) {
  const std::vector<std::string>& operands = arguments.operands();
  const bool has_data = operands.size() > 1 || (operands.size() == 1 && cli::leading_models(operands) == 0);
  if (!has_data) {
    throw cli::UsageError(fmt::format("expected DATA, after the MODEL if there is one, found {}",
                                      operands.empty() ? "neither" : operands[0] + " alone"));
  }
  const std::string split = cli::read_split(arguments);
  if (arguments.has("row") && !arguments.has("figures")) throw cli::UsageError("--row: expected with --figures");
  const std::string other_part = cli::read_other_part(arguments);
  const int64_t batch_size = arguments.integer("batch-size", 1, 1 << 20);
  cli::use_threads(arguments);

  const std::vector<std::string> sources = sources_among(operands);
  const std::string data_name = cli::name_of_sources(sources);
  const std::vector<std::string> paths = cli::models_of_runs(
      cli::models_or_default("fer-eval", std::span(operands).first(operands.size() - sources.size())));
  const cli::Subject subject = cli::load_subject(arguments, paths);
  // The models tell the same classes apart, so the first one's rules hold for all.
  const Model& first = subject.classifier.model(0);
  cli::OpenedData opened = cli::open_sources(sources, cli::read_data_options(arguments), picture_shape(first));
  cli::apply_model_classes(opened, first);
  cli::print_notes("fer-eval", opened);
  const Dataset& data = opened.data;
  const cli::NamedRows rows = cli::rows_to_judge_by("fer-eval", paths, split, "", data, data_name);
  const cli::Twins twins = cli::find_twins(other_part, data, rows.rows, data_name);
  const cli::StopOnSignals stop_on_signals;  // until the last file is written
  const cli::Results results =
      cli::unless_stopped([&] { return cli::results_of(subject, data, rows.rows, twins, batch_size); },
                          "interrupted before the last picture, so nothing is known: give the same command again");
  if (arguments.has("figures")) write_figures(arguments, subject, data, rows, results);
  print_results(arguments, subject, rows, results);
  if (const std::string hint = cli::guessing_hint(results.all); !hint.empty()) cli::note("fer-eval: " + hint);
  if (arguments.has("list-wrong")) list_wrong(arguments, subject, data, rows, results);
  if (arguments.has("report")) write_report(arguments.text("report"), arguments, subject, data, rows, results);
  return 0;
}

void declare_options(cxxopts::Options& options) {
  const auto text = [] { return cxxopts::value<std::string>(); };
  options.add_options()(
      "split",
      "Training, PublicTest, PrivateTest, several with + between, all, or held-out: what the model's run held out "
      "(default: the first that DATA has of PrivateTest, PublicTest, held-out, all)",
      text(), "NAME");
  cli::declare_subject(options);
  cli::declare_twins(options);
  auto add = options.add_options();
  cli::declare_data_options(add, false);
  cli::declare_cache_option(add);
  options.add_options()("json", "Print one JSON object");
  options.add_options()("report", "Write a page with the figures, the confusion matrix and the worst mistakes", text(),
                        "FILE.html");
  options.add_options()("list-wrong",
                        "Write the pictures that are classified wrongly, with label, prediction and probabilities",
                        text(), "FILE.csv");
  options.add_options()("figures",
                        "Write confusion matrices, classes, mistakes and the probabilities of a picture as SVG, PNG "
                        "and CSV files",
                        text(), "DIR");
  options.add_options()("row",
                        "--figures: the picture whose probabilities are drawn, a row of DATA from 0 (default: the most "
                        "confident mistake)",
                        text(), "N");
  options.add_options()("batch-size", "Pictures per batch", text()->default_value("64"), "N");
  cli::declare_threads(options);
}

cli::Program program() {
  return {.name = "fer-eval",
          .operands = "[MODEL...] DATA...",
          .purpose =
              "Evaluates a model on a labelled CSV file or folder of pictures: loss, accuracy, precision, recall "
              "and F1 of every class,\nconfusion matrix, calibration. Several models are taken as one: the mean of "
              "their probabilities.\nWithout a MODEL, the one that comes with libfer, or that FER_MODEL names, is "
              "evaluated.",
          .declare = declare_options,
          .run = eval};
}

}  // namespace
}  // namespace fer

int main(int argc, char** argv) { return fer::cli::run(fer::program, argc, argv); }
