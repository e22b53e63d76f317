// fer-calibrate: makes a model as sure as it is right, by one number.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <span>
#include <utility>

#include "fer/dataset.h"
#include "fer/evaluate.h"
#include "fer/file.h"
#include "fer/model.h"
#include "tools/cli/cli.h"
#include "tools/cli/pictures.h"
#include "tools/cli/stop.h"
#include "tools/cli/views.h"
#include "tools/data/data_source.h"
#include "tools/train/trained_on.h"

namespace fer {
namespace {

constexpr const char* kInterrupted =
    "interrupted before the last picture, so nothing was written: give the same "
    "command again";

struct Fitted {
  Evaluation before;
  Calibration after;  // of the same answers: best_* is what the temperature makes of them
  double temperature = 1;
};

Fitted fit(Model& model, const Dataset& data, const std::vector<int64_t>& rows, const Views& views,
           int64_t batch_size) {
  return cli::unless_stopped(
      [&] {
        // Refuses a model that has no temperature, at the price of one picture.
        fitted_temperature(model, data, std::span(rows).first(std::min<size_t>(rows.size(), 1)), 1, views);
        Fitted fitted;
        const double old = std::exchange(model.temperature, 1);
        const Evaluation plain = evaluate(model, data, rows, batch_size, views, cli::stop_asked);
        fitted.after = plain.calibration;
        fitted.before = plain;
        if (old != 1) {
          model.temperature = old;
          fitted.before = evaluate(model, data, rows, batch_size, views, cli::stop_asked);
        }
        model.temperature = fitted.temperature = plain.calibration.best_temperature;
        return fitted;
      },
      kInterrupted);
}

void print_fitted(const cli::Arguments& arguments, const Model& model, const cli::NamedRows& rows, const Views& views,
                  double old_temperature, const Fitted& fitted) {
  const std::string &path = arguments.operands()[0], &data = arguments.operands()[1], out = arguments.text("out");
  const Evaluation& before = fitted.before;
  const Calibration& after = fitted.after;
  if (!arguments.flag("json")) {
    fmt::print("{}: temperature {:.6g}, fitted to {} pictures, {} of {}; views {}\n", out, fitted.temperature,
               cli::grouped(before.count), rows.name, data, cli::views_text(views, model));
    fmt::print("loss {:.4f} -> {:.4f}  calibration error {:.4f} -> {:.4f}  accuracy {:.2f} %\n", before.loss,
               after.best_loss, before.calibration.error, after.best_error, 100 * before.accuracy);
    return;
  }
  const auto figures = [](double temperature, double loss, double error) {
    return nlohmann::ordered_json{{"temperature", temperature}, {"loss", loss}, {"calibration_error", error}};
  };
  nlohmann::ordered_json json = {{"model", path}, {"data", data}, {"split", rows.name}, {"out", out}};
  cli::add_views(views, json);
  json.update({{"count", before.count},
               {"accuracy", before.accuracy},
               {"before", figures(old_temperature, before.loss, before.calibration.error)},
               {"after", figures(fitted.temperature, after.best_loss, after.best_error)}});
  fmt::print("{}\n", cli::one_line(json));
}

int calibrate(const cli::Arguments& arguments) {
  const std::vector<std::string>& operands = arguments.operands();
  if (operands.size() != 2) throw cli::UsageError("expected one MODEL and DATA");
  if (!arguments.has("out")) throw cli::UsageError("expected --out FILE");
  const std::string split = cli::read_split(arguments);
  const int64_t batch_size = arguments.integer("batch-size", 1, 1 << 20);
  const Views views = cli::read_views(arguments);
  cli::use_threads(arguments);
  Model model = load_model(operands[0]);
  cli::OpenedData opened = cli::open_data(operands[1], cli::read_data_options(arguments), picture_shape(model));
  cli::apply_model_classes(opened, model);
  cli::print_notes("fer-calibrate", opened);
  // PublicTest where the data have it, else all: never, unless it is asked for, what models are judged by.
  const std::string usual = cli::has_usage(opened.data) ? "PublicTest" : "all";
  const cli::NamedRows rows =
      cli::rows_to_judge_by("fer-calibrate", {operands[0]}, split, usual, opened.data, operands[1]);
  const cli::StopOnSignals stop_on_signals;  // until the file is written
  const double old_temperature = model.temperature;
  const Fitted fitted = fit(model, opened.data, rows.rows, views, batch_size);
  const bool is_file = path_kind(operands[0]) == PathKind::kFile;  // a pipe has been read
  save_model(model, arguments.text("out"), is_file ? model_storage(operands[0]) : Storage::kFp32);
  print_fitted(arguments, model, rows, views, old_temperature, fitted);
  return 0;
}

void declare_options(cxxopts::Options& options) {
  const auto text = [] { return cxxopts::value<std::string>(); };
  options.add_options()("out", "The model with its temperature", text(), "FILE");
  options.add_options()("split",
                        "Training, PublicTest, PrivateTest, all, or held-out: what the model's run validated on "
                        "(default: PublicTest; all for data without a Usage column)",
                        text(), "NAME");
  cli::declare_views(options);
  auto add = options.add_options();
  cli::declare_data_options(add, false);
  cli::declare_cache_option(add);
  options.add_options()("json", "Print one JSON object");
  options.add_options()("batch-size", "Pictures per batch", text()->default_value("64"), "N");
  cli::declare_threads(options);
}

cli::Program program() {
  return {.name = "fer-calibrate",
          .operands = "MODEL DATA --out FILE",
          .purpose =
              "Fits a temperature, by which the model's logits are divided, to labelled pictures that it was not "
              "trained on, and writes\nthe model with it: its probabilities then say how often it is right. Which "
              "class comes first stays as it is.",
          .declare = declare_options,
          .run = calibrate};
}

}  // namespace
}  // namespace fer

int main(int argc, char** argv) { return fer::cli::run(fer::program, argc, argv); }
