#include "tools/train/run_files.h"

#include <fmt/format.h>
#include <zlib.h>

#include <ctime>
#include <filesystem>
#include <set>

#include "fer/error.h"
#include "fer/file.h"
#include "fer/threads.h"
#include "fer/train_options.h"
#include "fer/version.h"
#include "tools/train/stored_text.h"

namespace fer::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

// What --limit means in this run; without such a word, the first pictures.
constexpr const char* kLimitOfAllClasses = "evenly from all classes of any data";
constexpr const char* kLimitOfSources = "evenly from all classes and sources";
constexpr const char* kLimitOfFolders = "evenly from all classes";  // the first rows of a CSV file
// Null: none. (Of one source the two even rules are the same.)
const char* words_for_limit(LimitRule rule, size_t sources) {
  if (rule == LimitRule::kFirst) return nullptr;
  if (rule == LimitRule::kEvenlyInFolders) return kLimitOfFolders;
  return rule == LimitRule::kEvenlyInSources && sources > 1 ? kLimitOfSources : kLimitOfAllClasses;
}

// How a random split was drawn; without this word, from all rows at once.
constexpr const char* kStratified = "by class";

constexpr size_t kMostRunJsonBytes = 64 << 20;

bool is_there(const std::string& path) { return path_kind(path) != PathKind::kNone; }

std::string now_text() {
  const std::time_t now = std::time(nullptr);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&now));
  return text;
}

constexpr int kMaxDepth = 16;

// JSON that is not nested deeper than a description of a run: what walks over it would need ever more stack.
ordered_json parse_shallow(const std::string& text) {
  const auto within_depth = [](int depth, ordered_json::parse_event_t, const ordered_json&) {
    if (depth > kMaxDepth) {
      throw Error(fmt::format("expected at most {} levels of JSON, found more: the file is damaged", kMaxDepth));
    }
    return true;
  };
  return ordered_json::parse(text, within_depth);
}

// As stored_text writes it.
bool is_text(const ordered_json& value) {
  return value.is_string() || (value.is_object() && value.contains("bytes") && value["bytes"].is_string());
}

ordered_json read_run_json(const std::string& folder) {
  const std::string path = run_json_path(folder);
  if (!is_there(path)) throw Error(fmt::format("{}: not there, so there is no run to resume in {}", path, folder));
  const char* const expected = "the description of a run that fer-train writes";
  const std::string text = read_file(path, kMostRunJsonBytes, expected);
  try {
    ordered_json json = parse_shallow(text);
    const ordered_json& data = json.at("data").at("path");
    const bool has_path = is_text(data);
    if (json.at("options").is_object() && has_path && json.at("calls").is_array()) return json;
  } catch (const nlohmann::json::exception&) {
    // Said below, in our words.
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", path, error.what()));
  }
  const std::string found = file_kind_text(text);
  throw Error(
      fmt::format("{}: expected {}, found {}", path, expected, found == "JSON" ? "other or damaged JSON" : found));
}

uint32_t checksum(const Dataset& data) {
  uLong crc = crc32_z(0, data.pixels.data(), data.pixels.size());
  for (int64_t i = 0; data.source && i < data.size(); ++i) {
    const uint64_t picture = data.source->checksum(i);
    crc = crc32_z(crc, reinterpret_cast<const unsigned char*>(&picture), sizeof picture);
  }
  crc = crc32_z(crc, reinterpret_cast<const unsigned char*>(data.values.data()), data.values.size() * sizeof(float));
  return static_cast<uint32_t>(crc32_z(crc, data.labels.data(), data.labels.size()));
}

// Whether these are the pictures and labels that run.json describes, to the byte.
bool describes(const ordered_json& run_data, const Dataset& data) {
  return run_data.value("pictures", int64_t{0}) == data.size() && run_data.value("crc32", "") == data_checksum(data);
}

// A path from any folder; standard input has none.
std::string lasting_path(const std::string& path) { return path == "-" ? path : fs::absolute(path).string(); }

// Paths from any folder: of a file that is there, or of a list of files.
std::string lasting_text(const std::string& name, const std::string& value) {
  static const std::set<std::string> kFiles = {"network", "init", "ferplus", "recipe",
                                               "wrong-only"};  // network, recipe: or a name
  if (name == "teacher") {
    TrainConfig config;
    set_train_option(config, name, value);
    for (std::string& path : config.teacher.models) path = fs::absolute(path).string();
    return train_option_text(config, name);
  }
  const bool is_path = name == "cache" || (kFiles.contains(name) && is_there(value));
  return is_path ? fs::absolute(value).string() : value;
}

// How the run was called, without options that concern one call only. Files get absolute paths, as the run may be
// resumed from another folder.
ordered_json lasting_options(const Arguments& arguments) {
  static const std::set<std::string> kOfOneCall = {"out", "resume", "quiet", "json"};
  ordered_json options = ordered_json::object();
  for (const auto& [name, value] : arguments.given()) {
    if (kOfOneCall.contains(name)) continue;
    options[name] = stored_text(lasting_text(name, value));
  }
  return options;
}

EpochFigures figures(const EpochResult& e) {
  return {e.epoch,
          e.loss,
          e.accuracy,
          e.val_loss,
          e.val_accuracy,
          e.learning_rate,
          e.seconds,
          e.images_per_second,
          e.val_calibrated_loss,
          e.val_temperature};
}

}  // namespace

std::string run_json_path(const std::string& folder) { return folder + "/run.json"; }

std::string recipe_json_path(const std::string& folder) { return folder + "/recipe.json"; }

bool holds_run(const std::string& folder) {
  return is_there(run_json_path(folder)) || is_there(folder + "/last.safetensors");
}

bool holds_results(const std::string& folder) {
  for (const char* name : {"last.safetensors", "best.safetensors", "early_stopping.safetensors"}) {
    if (is_there(folder + "/" + name)) return true;
  }
  return false;
}

StoredCall stored_call(const std::string& folder) {
  const ordered_json json = read_run_json(folder);
  const ordered_json& data = json["data"];
  StoredCall call;
  const auto more = data.find("paths");
  if (more != data.end() && more->is_array()) {
    for (const ordered_json& path : *more) {
      if (!is_text(path))
        throw Error(run_json_path(folder) + ": data.paths: expected a list of paths, found other or damaged JSON");
      call.data.push_back(text_of(path));
    }
  }
  if (call.data.empty()) call.data.push_back(text_of(data["path"]));
  const std::string limit = data.value("limit", "");
  if (limit == kLimitOfAllClasses) call.limit_rule = LimitRule::kEvenly;
  if (limit == kLimitOfSources) call.limit_rule = LimitRule::kEvenlyInSources;
  if (limit == kLimitOfFolders) call.limit_rule = LimitRule::kEvenlyInFolders;
  call.stratified = data.value("drawn", "") == kStratified;
  for (const auto& [name, value] : json["options"].items()) {
    if (value.is_string() || value.is_object()) call.options.push_back("--" + name + "=" + text_of(value));
  }
  return call;
}

void write_run_json(const std::string& folder, const Arguments& call, const Arguments& all, const Dataset& data,
                    const TrainingRows& rows, const SplitOptions& split) {
  ordered_json calls = ordered_json::array();
  if (call.flag("resume") && is_there(run_json_path(folder))) calls = read_run_json(folder)["calls"];
  calls.push_back({{"at", now_text()},
                   {"command", call.command()},
                   {"fer_version", version()},
                   {"instruction_set", active_target()},
                   {"threads", num_threads()}});
  ordered_json json = {{"data",
                        {{"path", stored_text(lasting_path(all.operands()[0]))},
                         {"pictures", data.size()},
                         {"crc32", data_checksum(data)},
                         {"train", {{"name", rows.train_name}, {"pictures", rows.train.size()}}},
                         {"validation", {{"name", rows.validation_name}, {"pictures", rows.validation.size()}}}}},
                       {"options", lasting_options(all)},
                       {"calls", calls}};
  if (all.operands().size() > 1) {
    for (const std::string& path : all.operands()) json["data"]["paths"].push_back(stored_text(lasting_path(path)));
  }
  if (!rows.test.empty()) json["data"]["test"] = {{"name", rows.test_name}, {"pictures", rows.test.size()}};
  if (const char* words = words_for_limit(split.limit_rule, all.operands().size()); all.has("limit") && words) {
    json["data"]["limit"] = words;
  }
  if (rows.random && split.stratified) json["data"]["drawn"] = kStratified;
  write_file(run_json_path(folder), json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n");
}

std::string data_checksum(const Dataset& data) { return fmt::format("{:08x}", checksum(data)); }

void use_rules_of_run(const StoredCall& stored, SplitOptions& split) {
  split.limit_rule = stored.limit_rule;
  split.stratified = split.stratified && stored.stratified;
}

bool is_data_of_run(const std::string& folder, const Dataset& data) {
  return describes(read_run_json(folder)["data"], data);
}

int64_t pictures_trained_on(const std::string& folder, const Dataset& data, const std::string& path) {
  ordered_json run;
  try {
    run = read_run_json(folder)["data"];
  } catch (const Error&) {
    return 0;  // a model may lie anywhere: what is beside it need not be ours
  }
  const bool one = !run.contains("paths");
  const bool same = (one && text_of(run["path"]) == fs::absolute(path).string()) || describes(run, data);
  return same && run.contains("train") ? run["train"].value("pictures", int64_t{0}) : 0;
}

void write_report(const ReportFacts& facts, const History& history, const FinalFigures& figures_at_end) {
  TrainingReport report;
  report.title = facts.title;
  report.settings = facts.settings;
  if (const Evaluation& test = figures_at_end.test; test.count > 0) {
    report.settings.emplace_back("accuracy on " + figures_at_end.test_name,
                                 fmt::format("{:.2f} % of {} pictures", 100 * test.accuracy, test.count));
  }
  for (const EpochResult& epoch : history.epochs) report.epochs.push_back(figures(epoch));
  report.best_epoch = history.best_epoch;
  report.last_is_kept = facts.last_is_kept;
  report.class_names = facts.class_names;
  report.class_counts = facts.class_counts;
  report.evaluation = figures_at_end.validation;
  report.evaluation_name = figures_at_end.validation_name;
  report.on_training = figures_at_end.training;
  report.on_training_name = figures_at_end.training_name;
  report.worst = figures_at_end.worst;
  write_file(facts.folder + "/report.html", training_report_html(report));
}

}  // namespace fer::cli
