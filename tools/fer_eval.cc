// fer-eval: how good a model is on labelled pictures.
#include <fmt/format.h>

#include "cli.h"
#include "data_source.h"
#include "fer/dataset.h"
#include "fer/model.h"
#include "fer/report.h"
#include "fer/trainer.h"
#include "pictures.h"

namespace fer {
namespace {

void write_report(const std::string& path, const cli::Arguments& arguments, const Model& model, const Dataset& data,
                  const cli::NamedRows& rows, const Evaluation& evaluation) {
  const std::string& model_path = arguments.operands()[0];
  const std::string& data_path = arguments.operands()[1];
  EvaluationReport report;
  report.title = fmt::format("{} on {} of {}", cli::base_name(model_path), rows.name, cli::base_name(data_path));
  report.settings = {
      {"model", model_path},
      {"network", fmt::format("{}, {} parameters", model.network.name, cli::grouped(totals(model.network).params))},
      {"data", data_path},
      {"split", rows.name},
      {"mirror images", arguments.flag("flip") ? "averaged in" : "no"},
      {"command", arguments.command()}};
  report.evaluation = evaluation;
  report.worst = cli::worst_pictures(data, evaluation);
  cli::write_file(path, evaluation_report_html(report));
}

void print_evaluation(const cli::Arguments& arguments, const cli::NamedRows& rows, const Evaluation& evaluation) {
  const std::string& model_path = arguments.operands()[0];
  const std::string& data_path = arguments.operands()[1];
  if (!arguments.flag("json")) {
    fmt::print("{} on {} of {}\n{}", model_path, rows.name, data_path, evaluation_text(evaluation));
    return;
  }
  nlohmann::ordered_json json = {{"model", model_path}, {"data", data_path}, {"split", rows.name}};
  json.update(nlohmann::ordered_json::parse(evaluation_json(evaluation)));
  fmt::print("{}\n", cli::one_line(json));
}

int eval(const cli::Arguments& arguments) {
  if (arguments.operands().size() != 2) throw cli::UsageError("expected MODEL and DATA");
  std::string split;
  if (arguments.has("split")) split = arguments.choice("split", {"Training", "PublicTest", "PrivateTest", "all"});
  const int64_t batch_size = arguments.integer("batch-size", 1, 1 << 20);
  cli::use_threads(arguments);

  const Model model = load_model(arguments.operands()[0]);
  cli::OpenedData opened =
      cli::open_data(arguments.operands()[1], cli::read_data_options(arguments), model.network.input);
  cli::apply_model_classes(opened, model);
  cli::print_notes("fer-eval", opened);
  const Dataset& data = opened.data;
  const cli::NamedRows rows = cli::rows_of_split(data, split, arguments.operands()[1]);
  const Evaluation evaluation = evaluate(model, data, rows.rows, batch_size, arguments.flag("flip"));
  print_evaluation(arguments, rows, evaluation);
  if (arguments.has("report")) write_report(arguments.text("report"), arguments, model, data, rows, evaluation);
  return 0;
}

void declare(cxxopts::Options& options) {
  const auto text = [] { return cxxopts::value<std::string>(); };
  options.add_options()(
      "split", "Training, PublicTest, PrivateTest or all (default: PrivateTest where the file has it, else all)",
      text(), "NAME");
  options.add_options()("flip", "Average the answers for each picture and its mirror image");
  auto add = options.add_options();
  cli::declare_data_options(add, false);
  options.add_options()("json", "Print one JSON object");
  options.add_options()("report", "Write a page with the figures, the confusion matrix and the worst mistakes", text(),
                        "FILE.html");
  options.add_options()("batch-size", "Pictures at a time", text()->default_value("64"), "N");
  cli::declare_threads(options);
}

}  // namespace
}  // namespace fer

int main(int argc, char** argv) {
  return fer::cli::run(
      {.name = "fer-eval",
       .operands = "MODEL DATA",
       .purpose =
           "Evaluates a model on a labelled CSV file or folder of pictures: loss, accuracy, precision, recall and F1 "
           "of every class,\nconfusion matrix.",
       .declare = fer::declare,
       .run = fer::eval},
      argc, argv);
}
