// fer-train: trains a network on a CSV file of labelled pictures.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <optional>

#include "fer/error.h"
#include "fer/profile.h"
#include "tools/cli/cli.h"
#include "tools/train/as_seed.h"
#include "tools/train/profile_table.h"
#include "tools/train/ranks.h"
#include "tools/train/recipe.h"
#include "tools/train/run_files.h"
#include "tools/train/split.h"
#include "tools/train/stages.h"
#include "tools/train/train_options.h"
#include "tools/train/train_run.h"

namespace fer {
namespace {

cli::Program program();

std::string run_folder(const cli::Arguments& arguments) {
  if (arguments.has("out")) {
    // (Files of the folder "" would be those of the whole file system: /run.json.)
    if (arguments.text("out").empty())
      throw cli::UsageError("--out: expected the name of a folder, found an empty one");
    return arguments.text("out");
  }
  if (arguments.has("init")) throw cli::UsageError("--init needs --out");
  return "runs/" +
         std::filesystem::path(arguments.text(arguments.has("recipe") ? "recipe" : "network")).stem().string();
}

// The recipe that a resumed run in this folder goes by, unless this call names another; empty: the one of that name.
std::string recipe_of_run(const cli::Arguments& given, const std::string& folder) {
  return given.flag("resume") && !given.has("recipe") ? cli::kept_recipe(folder) : "";
}

// With --resume: the options that began the run, overridden by those given now, and its data unless given now.
cli::Arguments with_stored_options(const cli::Arguments& given, const std::string& folder) {
  if (!given.flag("resume")) return given;
  if (!cli::holds_run(folder)) throw Error(folder + ": no run to resume here");
  const cli::StoredCall stored = cli::stored_call(folder);
  std::vector<std::string> words = stored.options;
  try {
    std::vector<std::string> began = words;
    began.emplace_back("--");
    began.insert(began.end(), stored.data.begin(), stored.data.end());
    cli::options_over_settings(cli::parse(program(), began), recipe_of_run(given, folder));
  } catch (const cli::UsageError& error) {
    // Nobody can have given these: the file is damaged, and no option of this call is to blame.
    throw Error(fmt::format("{}: {}", cli::run_json_path(folder), error.what()));
  } catch (const Error&) {
    // A file that they name is missing or bad: this call may name another.
  }
  for (const auto& [name, value] : given.given()) words.push_back("--" + name + "=" + value);
  words.push_back("--");
  if (given.operands().empty()) words.insert(words.end(), stored.data.begin(), stored.data.end());
  words.insert(words.end(), given.operands().begin(), given.operands().end());
  return cli::parse(program(), words);
}

// --profile: trains a few steps and says where their time went.
int profile(const cli::Arguments& arguments) {
  if (arguments.has("resume")) throw cli::UsageError("--profile does not go with --resume");
  const cli::TrainOptions options = cli::options_over_settings(arguments);
  cli::use_threads(arguments);
  const cli::Start start = cli::open_start(options);
  const Dataset& data = start.opened.data;
  const cli::TrainingRows rows = cli::choose_rows(data, options.split, options.data);
  const int64_t steps = options.config.steps_per_epoch > 0 ? options.config.steps_per_epoch : 10;
  const TrainingProfile result = profile_training(start.model.network, options.config, data, rows.train, steps);
  fmt::print("{}", options.json ? cli::profile_json(result) : cli::profile_table(result));
  return 0;
}

// Trains as ordered; returns false where there are no rows to train on. given: as Run has it.
bool carry_out(const cli::Order& order, const cli::Arguments& given) {
  cli::TrainOptions options = cli::options_over_settings(order.arguments, order.recipe);
  options.config.out_dir = order.folder;
  options.split.limit_rule = order.limit_rule;
  options.split.stratified = options.split.stratified && order.stratified;
  options.quiet = options.quiet || !cli::leads();
  if (!order.with_remarks) options.remarks.clear();
  cli::use_threads(order.arguments);
  cli::Run run(given, order.arguments, std::move(options), order.whole);
  if (run.has_rows()) run.execute();
  return run.has_rows();
}

// A new run on several ranks has a small batch for each, unless it says how many.
cli::Arguments with_accumulate(const cli::Arguments& given, const cli::Arguments& arguments,
                               const std::string& recipe) {
  if (cli::exchange() == nullptr || given.flag("resume") || arguments.has("accumulate")) return arguments;
  const cli::TrainOptions options = cli::options_over_settings(arguments, recipe);
  if (options.config.accumulate > 1) return arguments;
  const int ranks = cli::exchange()->size();
  if (!options.quiet) cli::note("fer-train: " + cli::accumulate_note(ranks, options.config.batch_size));
  std::vector<std::string> words = {fmt::format("--accumulate={}", ranks)};
  for (const auto& [name, value] : arguments.given()) words.push_back("--" + name + "=" + value);
  words.emplace_back("--");
  words.insert(words.end(), arguments.operands().begin(), arguments.operands().end());
  return cli::parse(program(), words);
}

// Runs `arguments` in `folder`, on all ranks; returns false where there are no rows to train on. given and whole are
// those of Run; recipe: what recipe_of_run found.
bool train_in(const std::string& folder, const cli::Arguments& given, const cli::Arguments& arguments,
              const std::string& whole, const std::string& recipe, bool with_remarks = true) {
  const bool resumed = given.flag("resume") && cli::holds_run(folder);
  cli::SplitOptions rules;  // of the version that began the run
  if (resumed) cli::use_rules_of_run(cli::stored_call(folder), rules);
  const cli::Order order{.folder = folder,
                         .whole = whole,
                         .recipe = recipe,
                         .arguments = with_accumulate(given, arguments, recipe),
                         .with_remarks = with_remarks,
                         .limit_rule = rules.limit_rule,
                         .stratified = rules.stratified};
  cli::give(order, given);
  return carry_out(order, given);
}

// The other ranks train as rank 0 says.
int follow(const cli::Arguments& given) {
  while (const std::optional<cli::Order> order = cli::next_order(program(), given)) carry_out(*order, given);
  return 0;
}

// The command line of one stage: that of all stages, but in its own folder and from the model of the stage before.
cli::Arguments stage_arguments(const cli::Arguments& all, const cli::Stages& stages, int64_t number, bool resume) {
  std::vector<std::string> words = {fmt::format("--stage={}", number), "--out=" + stages.folder(number)};
  if (resume) words.emplace_back("--resume");
  if (number > 1) words.push_back("--init=" + stages.model_before(number));
  for (const auto& [name, value] : all.given()) {
    const bool own = name == "stage" || name == "out" || name == "resume";
    const bool of_the_first =
        cli::is_models_own(name) || name == "init" || name == "classes";  // later models bring theirs
    if (!own && !(number > 1 && of_the_first)) words.push_back("--" + name + "=" + value);
  }
  words.push_back("--");
  words.insert(words.end(), all.operands().begin(), all.operands().end());
  return cli::parse(program(), words);
}

// Trains all stages of the network's file, from the one to be resumed on.
void train_stages(const cli::Arguments& given, const std::string& folder) {
  const cli::Arguments began = with_stored_options(given, cli::first_stage_folder(folder));
  const std::string recipe = recipe_of_run(given, cli::first_stage_folder(folder));
  const cli::Stages stages(folder, cli::stages_as_seed(cli::settings_file(began, recipe)));
  const int64_t begun = given.flag("resume") ? stages.last_begun() : 0, first = std::max<int64_t>(begun, 1);
  const cli::Arguments all = with_stored_options(given, stages.folder(first));
  bool trained = false;
  for (int64_t number = first; number <= stages.count(); ++number) {
    if (!given.flag("quiet") && !given.flag("json")) {
      fmt::print("stage {} of {}: {}\n", number, stages.count(), cli::one_line(stages.text(number)));
    }
    const cli::Arguments arguments = stage_arguments(all, stages, number, number == begun);
    trained = train_in(stages.folder(number), given, arguments, folder, recipe, number == first);
    if (!trained && !given.flag("quiet")) {
      cli::note(fmt::format("fer-train: stage {}: too few pictures are classified wrongly: left out", number));
    }
  }
  if (!trained) stages.take_model_from_before();
}

// Whether the settings that this call asks for have several stages.
bool in_stages(const cli::Arguments& given) {
  const std::string file = cli::settings_file(given);
  return !file.empty() && !given.has("stage") && cli::stages_as_seed(file).size() > 1;
}

int train(const cli::Arguments& given) {
  // A reader that goes away (fer-train ... | head) does not end a run: what it would have read is lost, which is said
  // at the end.
  std::signal(SIGPIPE, SIG_IGN);
  if (given.has("recipe") && given.text("recipe") == "?") {
    fmt::print("{}", cli::recipe_list());
    return 0;
  }
  if (given.flag("profile")) {
    if (cli::exchange() != nullptr) throw cli::UsageError("--profile is of one process: it does not go with mpirun");
    return profile(given);
  }
  if (!cli::leads()) return follow(given);
  const std::string folder = run_folder(given);
  const std::string first_stage = cli::first_stage_folder(folder);
  const bool resume = given.flag("resume");
  if (!resume && (cli::holds_results(folder) || cli::holds_results(first_stage))) {
    throw Error(folder + ": holds a run already: --resume continues it, --out DIR begins another");
  }
  const bool all_stages = resume ? cli::holds_run(first_stage) : in_stages(given);
  if (all_stages) {
    train_stages(given, folder);
  } else if (!train_in(folder, given, with_stored_options(given, folder), folder, recipe_of_run(given, folder))) {
    throw Error("too few pictures are classified wrongly to train on them");
  }
  cli::end_orders();
  return 0;
}

cli::Program program() {
  return {.name = "fer-train",
          .operands = "DATA...",
          .purpose =
              "Trains a network on fer2013.csv, icml_face_data.csv or Kaggle's train.csv, or on pictures in folders. "
              "DIR gets best.safetensors,\nlast.safetensors (for --resume), history.csv, TensorBoard events and "
              "report.html.",
          .declare = cli::declare_train_options,
          .run = train,
          .groups = cli::train_option_groups(),
          .everyday = cli::everyday_train_options()};
}

}  // namespace
}  // namespace fer

int main(int argc, char** argv) { return fer::cli::run_on_ranks(fer::program, argc, argv); }
