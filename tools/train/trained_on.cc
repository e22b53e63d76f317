#include "tools/train/trained_on.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

#include "fer/duplicates.h"
#include "fer/error.h"
#include "fer/file.h"
#include "fer/model_file.h"
#include "tools/data/data_source.h"
#include "tools/train/parts_file.h"
#include "tools/train/recipe.h"
#include "tools/train/run_files.h"
#include "tools/train/split.h"
#include "tools/train/train_options.h"

namespace fer::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHeldOut = "held-out";  // values of --split
constexpr const char* kAllSplit = "all";

// The folder of the run that the model is of: its own, or that above snapshots/.
std::string run_folder_of(const std::string& model) {
  const fs::path folder = fs::absolute(model).parent_path();
  return (folder.filename() == "snapshots" ? folder.parent_path() : folder).string();
}

// The options of the run in a folder, its own and those of the network's file.
TrainOptions options_of_run(const StoredCall& stored, const std::string& folder) {
  std::vector<std::string> words = stored.options;
  words.emplace_back("--");
  words.insert(words.end(), stored.data.begin(), stored.data.end());
  try {
    const Arguments arguments = parse({.name = "fer-train",
                                       .operands = "DATA...",
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

NamedRows part_of(TrainingRows rows, bool test, const std::string& where) {
  if (test && !rows.test.empty()) return {rows.test_name, std::move(rows.test)};
  if (rows.validation.empty()) throw Error(where + ": the run held no pictures out");
  return {rows.validation_name, std::move(rows.validation)};
}

// By run.json.
NamedRows held_out_in(const std::string& folder, bool test, const Dataset& data, const std::string& path) {
  const StoredCall stored = stored_call(folder);
  if (!is_data_of_run(folder, data)) {
    throw Error(
        fmt::format("{}: expected the pictures that the run in {} was trained on ({}), found others: --split "
                    "held-out goes with those",
                    path, folder, name_of_sources(stored.data)));
  }
  TrainOptions options = options_of_run(stored, folder);
  use_rules_of_run(stored, options.split);
  TrainingRows rows = choose_rows(data, options.split, path);
  if (options.wrong_only) rows = misclassified(rows, options.split, data, load_model(options.init));
  return part_of(std::move(rows), test, folder);
}

bool has_run_json(const std::string& folder) { return path_kind(run_json_path(folder)) != PathKind::kNone; }

// What the model's run held out, as the run says or, where it is not beside the model, the model.
NamedRows held_out_by(const std::string& model, bool test, const Dataset& data, const std::string& path) {
  const std::string folder = run_folder_of(model);
  if (!has_run_json(folder)) {
    const auto split = split_of_model(load_model(model).held_out, model, data);
    if (split) return part_of(choose_rows(data, *split, path), test, model);
  }
  return held_out_in(folder, test, data, path);
}

// The same where something is held out of these data; nothing: nobody knows of it.
std::optional<NamedRows> held_out_if_known(const std::vector<std::string>& models, bool test, const Dataset& data,
                                           const std::string& path) {
  try {
    return held_out_rows(models, test, data, path);
  } catch (const Error&) {
    return std::nullopt;  // a model may lie anywhere: what is beside it need not be ours
  }
}

void note_held_out(const std::string& program, const std::vector<std::string>& models, const NamedRows& rows,
                   const Dataset& data) {
  note(fmt::format("{}: {}: evaluated on the {} of {} pictures that {} out of training ({}); --split all takes all",
                   program, models.size() == 1 ? models[0] : fmt::format("{} models", models.size()),
                   grouped(static_cast<int64_t>(rows.rows.size())), grouped(data.size()),
                   models.size() == 1 ? "its run held" : "their runs held", rows.name));
}

// By the checksums that runs keep: pictures, or their twins, that a model has seen.
void note_trained_pictures(const std::string& program, const std::vector<std::string>& models, const Dataset& data,
                           const NamedRows& rows) {
  std::set<std::string> seen;
  std::vector<uint64_t> sums;
  for (const std::string& model : models) {
    const std::string folder = run_folder_of(model);
    if (!seen.insert(folder).second) continue;
    const auto trained = checksums_trained_on(folder);
    if (!trained) continue;
    if (sums.empty()) sums = picture_checksums(data, rows.rows);
    const auto count = std::count_if(sums.begin(), sums.end(), [&](uint64_t sum) { return trained->contains(sum); });
    if (count == 0) continue;
    note(fmt::format(
        "{}: {}: was trained on {} of these {} pictures, or on others with the same pixels: its figures are "
        "too good by these",
        program, model, grouped(count), grouped(static_cast<int64_t>(sums.size()))));
  }
}

}  // namespace

std::string read_split(const Arguments& arguments) {
  if (!arguments.has("split")) return "";
  std::string split = arguments.text("split");
  if (split != kAllSplit && split != kHeldOut) parse_usages("split", split, ", all, held-out");
  return split;
}

NamedRows rows_to_judge_by(const std::string& program, const std::vector<std::string>& models, const std::string& split,
                           const std::string& usual, const Dataset& data, const std::string& path) {
  // (A model is not calibrated by what it is judged by.)
  const bool test = usual.empty();
  if (split == kHeldOut) return held_out_rows(models, test, data, path);
  NamedRows rows = rows_of_split(data, split.empty() ? usual : split, path);
  bool said = split == kAllSplit || split.find(usage_name(Usage::kTraining)) != std::string::npos;
  if (split.empty() && rows.name == kAllRows) {
    if (auto held_out = held_out_if_known(models, test, data, path)) {
      rows = std::move(*held_out);
      note_held_out(program, models, rows, data);
    } else {
      for (const std::string& line : notes_on_trained_pictures(models, data, path)) note(program + ": " + line);
      said = true;
    }
  }
  if (!said) note_trained_pictures(program, models, data, rows);
  return rows;
}

NamedRows held_out_rows(const std::vector<std::string>& models, bool test, const Dataset& data,
                        const std::string& path) {
  NamedRows rows;
  for (const std::string& model : models) {
    NamedRows own = held_out_by(model, test, data, path);
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
