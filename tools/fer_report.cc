// fer-report: the figures of a run as files.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "fer/error.h"
#include "fer/evaluate.h"
#include "fer/figures.h"
#include "fer/file.h"
#include "fer/model_file.h"
#include "tools/cli/cli.h"
#include "tools/cli/pictures.h"
#include "tools/cli/stop.h"
#include "tools/data/data_facts.h"
#include "tools/data/data_source.h"
#include "tools/figures/evaluation_files.h"
#include "tools/figures/history.h"
#include "tools/figures/write_figures.h"
#include "tools/train/run_files.h"
#include "tools/train/trained_on.h"

namespace fer {
namespace {

struct RunFigures {
  std::vector<Figure> figures;
  std::vector<std::pair<std::string, std::string>> pictures;  // files that are drawn already
};

void take(RunFigures& all, cli::EvaluationFiles&& files) {
  std::ranges::move(files.figures, std::back_inserter(all.figures));
  std::ranges::move(files.pictures, std::back_inserter(all.pictures));
}

// The model on the pictures that its run held out, and the classes of all parts of the data.
void add_evaluation(const std::string& run, const std::vector<std::string>& sources, const cli::DataOptions& options,
                    RunFigures& all) {
  const std::string data_path = cli::name_of_sources(sources);
  const std::string path = run + "/best.safetensors";
  const Model model = load_model(path);
  cli::OpenedData opened = cli::open_sources(sources, options, picture_shape(model));
  cli::apply_model_classes(opened, model);
  cli::print_notes("fer-report", opened);
  const Dataset& data = opened.data;
  const cli::NamedRows rows = cli::held_out_rows({path}, true, data, data_path);
  const cli::StopOnSignals stop_on_signals;
  const auto ask = [&] { return predict_rows(model, data, rows.rows); };
  const Tensor probabilities =
      cli::unless_stopped(ask, "interrupted before the last picture: give the same command again");
  const std::string title = fmt::format("{} on {} of {}", cli::base_name(run), rows.name, cli::base_name(data_path));
  take(all, cli::evaluation_files(data, rows.rows, probabilities, model.network.class_names, title));
  // Of all parts, in the place of the part's own.
  std::erase_if(all.figures, [](const Figure& figure) { return figure.name == "class_counts"; });
  all.figures.push_back(cli::data_figure(cli::data_facts(data, data_path, nullptr)));
}

int report(const cli::Arguments& arguments) {
  cli::expect_one_operand(arguments, "RUN");
  cli::use_threads(arguments);
  const std::string run = std::filesystem::path(arguments.operands()[0]).lexically_normal().string();
  const std::string folder = arguments.has("figures") ? arguments.text("figures") : run + "/figures";
  const std::string name = cli::base_name(run.ends_with('/') ? run.substr(0, run.size() - 1) : run);
  const std::vector<EpochFigures> epochs = cli::read_history(run + "/history.csv");
  RunFigures all;
  all.figures = history_figures(epochs, cli::steps_per_epoch(run + "/config.json"), name);
  const std::vector<std::string> sources =
      arguments.has("data") ? std::vector<std::string>{arguments.text("data")} : cli::stored_call(run).data;
  const auto gone =
      std::ranges::find_if(sources, [](const std::string& path) { return path_kind(path) == PathKind::kNone; });
  if (gone != sources.end()) {
    if (arguments.has("data")) throw Error(*gone + ": not there");
    cli::note(fmt::format(
        "fer-report: {} is not there any more, so there are curves alone: --data DATA says where it is", *gone));
  } else {
    add_evaluation(run.ends_with('/') ? run.substr(0, run.size() - 1) : run, sources, cli::read_data_options(arguments),
                   all);
  }
  cli::write_figures("fer-report", folder, all.figures, all.pictures);
  fmt::print("{} figures of {} {} written to {}\n", all.figures.size(), epochs.size(),
             epochs.size() == 1 ? "epoch" : "epochs", folder);
  return 0;
}

void declare_options(cxxopts::Options& options) {
  const auto text = [] { return cxxopts::value<std::string>(); };
  options.add_options()("figures", "The folder to write to (default: RUN/figures)", text(), "DIR");
  options.add_options()("data", "Where the data of the run are now (default: where they were)", text(), "DATA");
  auto add = options.add_options();
  cli::declare_data_options(add, false);
  cli::declare_cache_option(add);
  cli::declare_threads(options);
}

cli::Program program() {
  return {.name = "fer-report",
          .operands = "RUN",
          .purpose =
              "Writes the figures of a run's folder as SVG, PNG and CSV files: loss and accuracy by epoch and by step, "
              "and of its best\nmodel on the pictures that it held out the confusion matrix, the classes, and the "
              "mistakes.",
          .declare = declare_options,
          .run = report};
}

}  // namespace
}  // namespace fer

int main(int argc, char** argv) { return fer::cli::run(fer::program, argc, argv); }
