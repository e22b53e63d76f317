#include "tools/train/train_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <span>

#include "fer/error.h"
#include "fer/file.h"
#include "fer/sources.h"
#include "tools/cli/class_emoji.h"
#include "tools/cli/pictures.h"
#include "tools/cli/stop.h"
#include "tools/data/model_classes.h"
#include "tools/train/parts_file.h"
#include "tools/train/ranks.h"
#include "tools/train/settings.h"

namespace fer::cli {
namespace {

constexpr int64_t kEvaluationBatch = 64;

TrainingRows training_rows(const TrainOptions& options, const Start& start) {
  const TrainingRows rows = choose_rows(start.opened.data, options.split, options.data);
  if (!options.wrong_by.empty()) return wrong_by_model(rows, start.opened.data, options.wrong_by);
  return options.wrong_only ? misclassified(rows, options.split, start.opened.data, start.model) : rows;
}

// A new model's preprocessing is the options'.
const Preprocessing& shown_as(const TrainOptions& options, const Model& model) {
  return options.init.empty() ? options.config.preprocessing : model.preprocessing;
}

ProgressForm progress_form(const TrainOptions& options) {
  if (options.json) return ProgressForm::kJson;
  if (options.quiet) return ProgressForm::kNone;
  return progress_form_for_stdout();
}

void use_class_emoji(const TrainOptions& options, Model& model) {
  if (options.class_emoji.empty()) return;
  model.emoji = class_emoji_of(options.class_emoji, model.network.class_names, model.emoji);
}

// As many of the rows as are asked for, at equal distances: a folder's come class by class.
std::vector<int64_t> some_of(const std::vector<int64_t>& rows, size_t most) {
  std::vector<int64_t> some(std::min(rows.size(), most));
  for (size_t i = 0; i < some.size(); ++i) some[i] = rows[i * rows.size() / some.size()];
  return some;
}

// "accuracy 71.0 % on PublicTest, 83.2 % on 3,589 pictures of Training (not augmented): 12.2 points apart"
std::string accuracies(const FinalFigures& figures) {
  if (figures.validation.count == 0) return "";
  const double validation = 100 * figures.validation.accuracy, training = 100 * figures.training.accuracy;
  const std::string test = figures.test.count == 0
                               ? ""
                               : fmt::format("accuracy {:.1f} % on {}, which nothing was chosen by\n",
                                             100 * figures.test.accuracy, figures.test_name);
  return fmt::format("accuracy {:.1f} % on {}, {:.1f} % on {} (not augmented): {:.1f} points apart\n{}", validation,
                     figures.validation_name, training, figures.training_name, training - validation, test);
}

// (Weights that do not fit the sources are refused by the trainer.)
int64_t pictures_per_pass_of(const TrainOptions& options, const Dataset& data, const TrainingRows& rows) {
  const bool fit = options.config.source_weights.size() == std::max<size_t>(1, sources_of(data).size());
  return fit ? pictures_per_pass(options.config, data, rows.train) : static_cast<int64_t>(rows.train.size());
}

}  // namespace

Start open_start(const TrainOptions& options) {
  Start start;
  Model& model = start.model;
  if (!options.init.empty()) {
    model = load_model(options.init);
  } else {
    model.network = options.recipe_network ? *options.recipe_network : load_network(options.network);
  }
  start.opened =
      open_sources(options.sources, options.data_options, picture_shape(model.network, shown_as(options, model)));
  if (!options.init.empty()) {
    match_model_classes(start.opened, options.data_options, options.init, options.config.seed, model);
    use_class_emoji(options, model);
    return start;
  }
  use_crop(model.network, options.config.augmentation);  // for which the weights are made
  model.classes = match_classes(start.opened, options.data_options, model.network);
  for (const std::string& name : model.network.class_names) model.emoji.push_back(default_emoji(name));
  use_class_emoji(options, model);
  return start;
}

Run::Run(const Arguments& given, const Arguments& all, TrainOptions options, std::string whole)
    : given_(given),
      all_(all),
      options_(std::move(options)),
      whole_(std::move(whole)),
      start_(open_start(options_)),
      data_(start_.opened.data),
      rows_(training_rows(options_, start_)) {}

void Run::execute() {
  const int64_t per_pass = pictures_per_pass_of(options_, data_, rows_);
  options_.config.epochs = epochs_of_steps(options_.config, per_pass);
  if (!options_.quiet) print_notes();
  Model& start = start_.model;
  const LimitRule rule = options_.split.limit_rule;
  const bool evenly = options_.split.limit == 0 || rule == LimitRule::kEvenly || rule == LimitRule::kEvenlyInSources;
  const bool remembered = rows_.random && !options_.wrong_only && evenly;
  start.held_out = remembered ? held_out_text(data_, options_.split) : "";
  facts_ = report_facts(options_, start.network, data_, rows_, given_.command());
  options_.config.class_weights = class_weights();
  if (options_.init.empty()) {
    start.weights = initialize(start.network, options_.config.seed);
    // Landmarks are normalised already.
    start.preprocessing = options_.config.preprocessing;
    if (data_.has_values()) start.preprocessing.scale = 1, start.preprocessing.shift = 0;
    use_standardization(start, options_.config, data_, rows_.train);
  }
  Trainer trainer(std::move(start), options_.config);
  trainer.check(data_, rows_.train, rows_.validation, start_.opened.soft_targets);
  if (!options_.quiet) {
    for (const std::string& remark : trainer.remarks(per_pass)) {
      note(fmt::format("fer-train: {}", remark));
    }
  }
  if (const std::string hint = overbooked_note(); !hint.empty() && !options_.quiet) note("fer-train: " + hint);
  greet(trainer.model().network);
  const StopOnSignals stop_on_signals;  // until the last file is written
  finish(fit(trainer));
}

void Run::print_notes() const {
  cli::print_notes("fer-train", start_.opened);
  if (!options_.init.empty() && start_.model.temperature != 1) {
    note(fmt::format("fer-train: {}: its temperature, {:.6g}, is dropped, as training changes what it was fitted to",
                     options_.init, start_.model.temperature));
  }
  if (!options_.config.freeze.empty() && options_.init.empty()) {
    note("fer-train: freeze: the layers keep their random first weights (--init MODEL brings trained ones)");
  }
  for (const std::string& line : source_notes(data_, rows_)) note(fmt::format("fer-train: {}", line));
  for (const std::string& line : rows_.notes) note(fmt::format("fer-train: {}", line));
  for (const std::string& remark : options_.remarks) note(fmt::format("fer-train: {}: {}", options_.settings, remark));
}

std::vector<double> Run::class_weights() const {
  try {
    return read_class_weights(options_.class_weights, facts_.class_counts[0].second);
  } catch (const UsageError& error) {
    if (given_.has("class-weights")) throw;
    throw Error(fmt::format("{}: {}", run_json_path(folder()), error.what()));
  }
}

void Run::record_call() {
  if (recorded_) return;
  if (!options_.recipe.empty()) write_file(recipe_json_path(folder()), options_.recipe);
  write_run_json(folder(), given_, all_, data_, rows_, options_.split);
  write_parts(folder(), data_, rows_);
  recorded_ = true;
}

void Run::greet(const Network& network) const {
  if (!talks()) return;
  fmt::print("{}\n", banner(options_, network, rows_));
  if (options_.config.teacher.any()) fmt::print("teacher: {}\n", teacher_text(options_.config.teacher));
  std::fflush(stdout);
}

TrainCallbacks Run::callbacks(Progress& progress) {
  TrainCallbacks callbacks;
  callbacks.should_stop = stop_asked;
  if (!leads()) return callbacks;
  callbacks.on_step = [&](const StepProgress& step) {
    // Only now is it certain that the run goes on with these options, in a folder that no other run is in: refused ones
    // must not stay, and a start that failed leaves no run behind.
    record_call();
    progress.step(step);
  };
  callbacks.on_teacher = [&](const TeacherFigures& figures) {
    if (talks()) fmt::print("{}\n", teacher_line(figures));
    std::fflush(stdout);
  };
  callbacks.on_epoch = [&](const EpochResult& epoch, const History& history) {
    progress.epoch(epoch, !facts_.last_is_kept && history.best_epoch == epoch.epoch);
    write_report(facts_, history, {});
  };
  return callbacks;
}

History Run::fit(Trainer& trainer) {
  Progress progress(progress_form(options_), options_.config.epochs, options_.stage);
  try {
    History history =
        trainer.fit(data_, rows_.train, rows_.validation, callbacks(progress), start_.opened.soft_targets, exchange());
    progress.finish();
    return history;
  } catch (...) {
    progress.finish();  // the message gets a line of its own
    throw;
  }
}

void Run::finish(const History& history) {
  // (Where it is one of several ranks, another may have been asked.)
  if ((stop_asked() || exchange() != nullptr) && !history.stopped_early &&
      (history.epochs.empty() || history.epochs.back().epoch < options_.config.epochs)) {
    throw Error(fmt::format("interrupted; fer-train --resume --out {} continues", whole_));
  }
  if (!leads()) return;
  const FinalFigures figures = final_figures();
  write_report(facts_, history, figures);
  if (!talks() || history.epochs.empty()) return;
  if (history.stopped_early) {
    fmt::print("stopped early: no improvement of {} any more\n",
               watched(options_.config.early_stopping.monitor, rows_));
  }
  fmt::print("{} epoch {}: {}/best.safetensors\n", facts_.last_is_kept ? "last" : "best", history.best_epoch, folder());
  fmt::print("{}report: {}/report.html\n", accuracies(figures), folder());
}

// The gap between the two accuracies is what the network knows by heart.
FinalFigures Run::final_figures() const {
  FinalFigures figures;
  if (rows_.validation.empty()) return figures;
  const Model best = load_model(folder() + "/best.safetensors");
  const auto figures_on = [&](std::span<const int64_t> rows) {
    return unless_stopped(
        [&] { return evaluate(best, data_, rows, kEvaluationBatch, {}, stop_asked); },
        fmt::format(
            "interrupted while {0}/best.safetensors, which is whole, was evaluated: fer-train --resume --out {1} "
            "completes {0}/report.html",
            folder(), whole_));
  };
  figures.validation = figures_on(rows_.validation);
  figures.validation_name = rows_.validation_name;
  figures.worst = worst_pictures(data_, figures.validation);
  if (!rows_.test.empty()) {
    figures.test = figures_on(rows_.test);
    figures.test_name = rows_.test_name;
  }
  const std::vector<int64_t> some = some_of(rows_.train, rows_.validation.size());
  figures.training = figures_on(some);
  figures.training_name =
      fmt::format("{} pictures of {}", grouped(static_cast<int64_t>(some.size())), rows_.train_name);
  return figures;
}

}  // namespace fer::cli
