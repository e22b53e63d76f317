#include "tools/train/trained_on.h"

#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "fer/error.h"
#include "fer/model_file.h"
#include "tools/train/recipe.h"
#include "tools/train/run_files.h"
#include "tools/train/split.h"
#include "tools/train/train_options.h"

namespace fer::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHeldOut = "held-out";  // a value of --split

// The folder of the run that the model is of: its own, or that above snapshots/.
std::string run_folder_of(const std::string& model) {
  const fs::path folder = fs::absolute(model).parent_path();
  return (folder.filename() == "snapshots" ? folder.parent_path() : folder).string();
}

// The options of the run in a folder, its own and those of the network's file.
TrainOptions options_of_run(const StoredCall& stored, const std::string& folder) {
  std::vector<std::string> words = stored.options;
  words.insert(words.end(), {"--", stored.data});
  try {
    const Arguments arguments = parse({.name = "fer-train",
                                       .operands = "DATA",
                                       .purpose = "",
                                       .declare = declare_train_options,
                                       .run = {},
                                       .groups = {}},
                                      words);
    return options_over_settings(arguments, kept_recipe(folder));
  } catch (const UsageError& error) {
    throw Error(fmt::format("{}: {}", run_json_path(folder), error.what()));
  }
}

NamedRows held_out_in(const std::string& folder, const Dataset& data, const std::string& path) {
  const StoredCall stored = stored_call(folder);
  if (!is_data_of_run(folder, data)) {
    throw Error(
        fmt::format("{}: expected the pictures that the run in {} was trained on ({}), found others: --split "
                    "held-out goes with those",
                    path, folder, stored.data));
  }
  TrainOptions options = options_of_run(stored, folder);
  options.split.limit_of_first = !stored.even_limit;
  TrainingRows rows = choose_rows(data, options.split, path);
  if (options.wrong_only) rows = misclassified(rows, options.split, data, load_model(options.init));
  if (rows.validation.empty()) throw Error(folder + ": the run held no pictures out");
  return {rows.validation_name, std::move(rows.validation)};
}

}  // namespace

std::string read_split(const Arguments& arguments) {
  if (!arguments.has("split")) return "";
  return arguments.choice("split", {"Training", "PublicTest", "PrivateTest", "all", kHeldOut});
}

NamedRows rows_to_judge_by(const std::string& program, const std::vector<std::string>& models, const std::string& split,
                           const std::string& usual, const Dataset& data, const std::string& path) {
  if (split == kHeldOut) return held_out_rows(models, data, path);
  NamedRows rows = rows_of_split(data, split.empty() ? usual : split, path);
  if (split.empty() && rows.name == kAllRows) {
    for (const std::string& line : notes_on_trained_pictures(models, data, path)) note(program + ": " + line);
  }
  return rows;
}

NamedRows held_out_rows(const std::vector<std::string>& models, const Dataset& data, const std::string& path) {
  NamedRows rows;
  for (const std::string& model : models) {
    NamedRows own = held_out_in(run_folder_of(model), data, path);
    if (model != models[0] && own.rows != rows.rows) {
      throw Error(fmt::format("{}: held out other pictures than {}: evaluate them one by one", model, models[0]));
    }
    rows = std::move(own);
  }
  rows.name = "held-out " + rows.name;
  return rows;
}

std::vector<std::string> notes_on_trained_pictures(const std::vector<std::string>& models, const Dataset& data,
                                                   const std::string& path) {
  std::vector<std::string> notes;
  std::set<std::string> seen;
  for (const std::string& model : models) {
    const std::string folder = run_folder_of(model);
    if (!seen.insert(folder).second) continue;
    const int64_t trained = pictures_trained_on(folder, data, path);
    if (trained == 0) continue;
    notes.push_back(fmt::format(
        "{}: was trained on {} of these {} pictures, so this accuracy is no test; val_accuracy in {}/report.html is of "
        "pictures that were held out, and --split held-out evaluates those",
        model, grouped(trained), grouped(data.size()), folder));
  }
  if (notes.empty()) {
    notes.push_back(path +
                    ": has no part to test with, so all its pictures count, those too that the model may have been "
                    "trained on (--split all says that this is meant)");
  }
  return notes;
}

}  // namespace fer::cli
