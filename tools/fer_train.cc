// fer-train: trains a network on a CSV file of labelled pictures.
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <filesystem>

#include "as_seed.h"
#include "cli.h"
#include "fer/dataset.h"
#include "fer/error.h"
#include "fer/network.h"
#include "fer/profile.h"
#include "fer/threads.h"
#include "fer/trainer.h"
#include "fer/version.h"
#include "pictures.h"
#include "profile_table.h"
#include "progress.h"
#include "run_files.h"
#include "settings.h"
#include "split.h"
#include "train_options.h"

namespace fer {
namespace {

volatile std::sig_atomic_t stop_asked = 0;

// The first Ctrl-C asks; the second, with the old handler back, ends the program at once.
void stop_on_signals() {
  struct sigaction action = {};
  action.sa_handler = [](int) { stop_asked = 1; };
  action.sa_flags = SA_RESETHAND;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

cli::Program program();

std::string run_folder(const cli::Arguments& arguments) {
  if (arguments.has("out")) return arguments.text("out");
  if (arguments.has("init")) throw cli::UsageError("--init needs --out");
  return "runs/" + std::filesystem::path(arguments.text("network")).stem().string();
}

// With --resume: the options that began the run, overridden by those given now; the data of then, unless given now.
cli::Arguments with_stored_options(const cli::Arguments& given, const std::string& folder) {
  if (!given.flag("resume")) return given;
  if (!cli::holds_run(folder)) throw Error(folder + ": no run to resume here");
  const cli::StoredCall stored = cli::stored_call(folder);
  std::vector<std::string> words = stored.options;
  for (const auto& [name, value] : given.given()) words.push_back("--" + name + "=" + value);
  words.push_back("--");
  if (given.operands().empty()) words.push_back(stored.data);
  words.insert(words.end(), given.operands().begin(), given.operands().end());
  return cli::parse(program(), words);
}

Model initial_model(const cli::TrainOptions& options, const Dataset& data) {
  if (!options.init.empty()) return load_model(options.init);
  Model model;
  model.network = load_network(options.network);
  if (model.network.class_names.empty() &&
      class_count(model.network) == static_cast<int64_t>(data.class_names.size())) {
    model.network.class_names = data.class_names;
  }
  return model;
}

// The options of a command line, over those of the network's file with --as-seed.
cli::TrainOptions train_options(const cli::Arguments& arguments) {
  if (!arguments.flag("as-seed")) return cli::read_train_options(arguments);
  if (arguments.has("init") && !arguments.has("network")) {
    throw cli::UsageError("--as-seed with --init needs --network, whose file has the settings");
  }
  return cli::read_train_options(arguments, cli::options_as_seed(arguments.text("network")));
}

cli::ProgressForm progress_form(const cli::TrainOptions& options) {
  if (options.json) return cli::ProgressForm::kJson;
  if (options.quiet) return cli::ProgressForm::kNone;
  return cli::progress_form_for_stdout();
}

// A run from the read options to the last file.
class Run {
 public:
  Run(const cli::Arguments& given, const cli::Arguments& arguments, cli::TrainOptions options)
      : given_(given),
        arguments_(arguments),
        options_(std::move(options)),
        data_(read_fer_csv(options_.data)),
        rows_(cli::choose_rows(data_, options_.split, options_.data)) {}

  int execute() {
    options_.config.epochs = cli::epochs_of_steps(options_.config, static_cast<int64_t>(rows_.train.size()));
    if (!options_.quiet) print_notes();
    Model start = initial_model(options_, data_);
    facts_ = cli::report_facts(options_, start.network, data_, rows_, given_.command());
    options_.config.class_weights = cli::read_class_weights(options_.class_weights, facts_.class_counts[0].second);
    Trainer trainer =
        options_.init.empty() ? Trainer(start.network, options_.config) : Trainer(std::move(start), options_.config);
    trainer.check(data_, rows_.train, rows_.validation);
    open_folder();
    greet(trainer.model().network);
    return finish(fit(trainer));
  }

 private:
  const std::string& folder() const { return options_.config.out_dir; }
  bool talks() const { return !options_.quiet && !options_.json; }

  void print_notes() const {
    if (!rows_.note.empty()) fmt::print(stderr, "fer-train: {}\n", rows_.note);
    for (const std::string& remark : options_.remarks) fmt::print(stderr, "fer-train: as seed: {}\n", remark);
  }

  void open_folder() {
    std::error_code failure;
    std::filesystem::create_directories(folder(), failure);
    if (failure) throw Error(fmt::format("{}: cannot make the folder: {}", folder(), failure.message()));
    if (!given_.flag("resume")) record_call();
  }

  void record_call() {
    if (!recorded_) cli::write_run_json(folder(), given_, arguments_, data_, rows_);
    recorded_ = true;
  }

  void greet(const Network& network) const {
    if (!talks()) return;
    fmt::print("{}\n", cli::banner(options_, network, rows_));
    std::fflush(stdout);
  }

  History fit(Trainer& trainer) {
    cli::Progress progress(progress_form(options_), options_.config.epochs);
    TrainCallbacks callbacks;
    callbacks.on_step = [&](const StepProgress& step) {
      // Only now is it certain that a resumed run goes on with these options: refused ones must not stay.
      record_call();
      progress.step(step);
    };
    callbacks.on_epoch = [&](const EpochResult& epoch) {
      const auto epochs = cli::read_history(folder());
      progress.epoch(epoch, cli::best_epoch_of(epochs, facts_.monitor) == epoch.epoch);
      cli::write_report(facts_, {}, "", {});
    };
    callbacks.should_stop = [] { return stop_asked != 0; };
    stop_on_signals();
    try {
      History history = trainer.fit(data_, rows_.train, rows_.validation, callbacks);
      progress.finish();
      return history;
    } catch (...) {
      progress.finish();  // the message gets a line of its own
      throw;
    }
  }

  int finish(const History& history) {
    if (stop_asked != 0 && !history.stopped_early &&
        (history.epochs.empty() || history.epochs.back().epoch < options_.config.epochs)) {
      throw Error(fmt::format("interrupted; fer-train --resume --out {} continues", folder()));
    }
    write_final_report();
    if (!talks() || history.epochs.empty()) return 0;
    if (history.stopped_early) fmt::print("stopped early: no improvement of {} any more\n", facts_.monitor);
    fmt::print("best epoch {}: {}/best.safetensors\nreport: {}/report.html\n", history.best_epoch, folder(), folder());
    return 0;
  }

  void write_final_report() const {
    Evaluation evaluation;
    if (!rows_.validation.empty()) {
      evaluation = evaluate(load_model(folder() + "/best.safetensors"), data_, rows_.validation);
    }
    cli::write_report(facts_, evaluation, rows_.validation_name, cli::worst_pictures(data_, evaluation));
  }

  const cli::Arguments& given_;
  const cli::Arguments& arguments_;
  cli::TrainOptions options_;
  const Dataset data_;
  const cli::TrainingRows rows_;
  cli::ReportFacts facts_;
  bool recorded_ = false;
};

// --profile: trains a few steps and says where their time went.
int profile(const cli::Arguments& arguments) {
  if (arguments.has("resume")) throw cli::UsageError("--profile does not go with --resume");
  const cli::TrainOptions options = train_options(arguments);
  cli::use_threads(arguments);
  const Dataset data = read_fer_csv(options.data);
  const cli::TrainingRows rows = cli::choose_rows(data, options.split, options.data);
  const int64_t steps = options.config.steps_per_epoch > 0 ? options.config.steps_per_epoch : 10;
  const Network network = initial_model(options, data).network;
  const TrainingProfile result = profile_training(network, options.config, data, rows.train, steps);
  fmt::print("{}", options.json ? cli::profile_json(result) : cli::profile_table(result));
  return 0;
}

int train(const cli::Arguments& given) {
  if (given.flag("profile")) return profile(given);
  const std::string folder = run_folder(given);
  if (!given.flag("resume") && cli::holds_run(folder)) {
    throw Error(folder + ": holds a run already: --resume continues it, --out DIR begins another");
  }
  const cli::Arguments arguments = with_stored_options(given, folder);
  cli::TrainOptions options = train_options(arguments);
  options.config.out_dir = folder;
  cli::use_threads(arguments);
  return Run(given, arguments, std::move(options)).execute();
}

cli::Program program() {
  return {.name = "fer-train",
          .operands = "DATA",
          .purpose =
              "Trains a network on fer2013.csv, icml_face_data.csv or Kaggle's train.csv. DIR gets "
              "best.safetensors,\nlast.safetensors (for --resume), history.csv, TensorBoard events and "
              "report.html.",
          .declare = cli::declare_train_options,
          .run = train,
          .groups = cli::kTrainOptionGroups};
}

}  // namespace
}  // namespace fer

int main(int argc, char** argv) { return fer::cli::run(fer::program(), argc, argv); }
