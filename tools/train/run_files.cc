#include "tools/train/run_files.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>

#include "fer/error.h"
#include "fer/file.h"
#include "fer/threads.h"
#include "fer/version.h"
#include "tools/train/stored_text.h"

namespace fer::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

// What --limit of folders means in this run; without the word, the first pictures.
constexpr const char* kLimitOfAllClasses = "evenly from all classes";

std::string now_text() {
  const std::time_t now = std::time(nullptr);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&now));
  return text;
}

ordered_json read_run_json(const std::string& folder) {
  const std::string path = folder + "/run.json";
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(fmt::format("{}: cannot be read: no run to resume in {}", path, folder));
  try {
    ordered_json json = ordered_json::parse(file);
    const ordered_json& data = json.at("data").at("path");
    const bool has_path = data.is_string() || (data.is_object() && data.at("bytes").is_string());
    if (json.at("options").is_object() && has_path && json.at("calls").is_array()) return json;
  } catch (const nlohmann::json::exception&) {
    // Said below, in our words.
  }
  throw Error(path + ": is not a description of a run");
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

// How the run was called, but what concerns one call only. Files by their whole paths: it may be resumed from
// elsewhere.
ordered_json lasting_options(const Arguments& arguments) {
  static const std::set<std::string> kOfOneCall = {"out", "resume", "quiet", "json"};
  static const std::set<std::string> kFiles = {"network", "init", "ferplus"};  // network: or a name
  ordered_json options = ordered_json::object();
  for (const auto& [name, value] : arguments.given()) {
    if (kOfOneCall.contains(name)) continue;
    options[name] = stored_text(kFiles.contains(name) && fs::exists(value) ? fs::absolute(value).string() : value);
  }
  return options;
}

// One line of history.csv: numbers with commas between, missing ones empty.
std::vector<double> csv_numbers(const std::string& line) {
  std::vector<double> numbers;
  for (size_t begin = 0; begin <= line.size();) {
    const size_t end = std::min(line.find(',', begin), line.size());
    double value = std::numeric_limits<double>::quiet_NaN();
    std::from_chars(line.data() + begin, line.data() + end, value);
    numbers.push_back(value);
    begin = end + 1;
  }
  return numbers;
}

EpochFigures figures(const EpochResult& e) {
  return {e.epoch, e.loss, e.accuracy, e.val_loss, e.val_accuracy, e.learning_rate, e.seconds, e.images_per_second};
}

}  // namespace

bool holds_run(const std::string& folder) {
  return fs::exists(folder + "/run.json") || fs::exists(folder + "/last.safetensors");
}

StoredCall stored_call(const std::string& folder) {
  const ordered_json json = read_run_json(folder);
  const ordered_json& data = json["data"];
  StoredCall call{{}, text_of(data["path"]), data.value("limit", "") == kLimitOfAllClasses};
  for (const auto& [name, value] : json["options"].items()) {
    if (value.is_string() || value.is_object()) call.options.push_back("--" + name + "=" + text_of(value));
  }
  return call;
}

void write_run_json(const std::string& folder, const Arguments& call, const Arguments& all, const Dataset& data,
                    const TrainingRows& rows, bool limit_of_first) {
  ordered_json calls = ordered_json::array();
  if (fs::exists(folder + "/run.json")) calls = read_run_json(folder)["calls"];
  calls.push_back({{"at", now_text()},
                   {"command", call.command()},
                   {"fer_version", version()},
                   {"instruction_set", active_target()},
                   {"threads", num_threads()}});
  ordered_json json = {{"data",
                        {{"path", stored_text(fs::absolute(all.operands()[0]).string())},
                         {"pictures", data.size()},
                         {"crc32", fmt::format("{:08x}", checksum(data))},
                         {"train", {{"name", rows.train_name}, {"pictures", rows.train.size()}}},
                         {"validation", {{"name", rows.validation_name}, {"pictures", rows.validation.size()}}}}},
                       {"options", lasting_options(all)},
                       {"calls", calls}};
  if (all.has("limit") && !limit_of_first) json["data"]["limit"] = kLimitOfAllClasses;
  write_file(folder + "/run.json", json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n");
}

int64_t pictures_trained_on(const std::string& folder, const Dataset& data, const std::string& path) {
  ordered_json run;
  try {
    run = read_run_json(folder)["data"];
  } catch (const Error&) {
    return 0;  // a model may lie anywhere: what is beside it need not be ours
  }
  const bool same = text_of(run["path"]) == fs::absolute(path).string() ||
                    (run.value("pictures", int64_t{0}) == data.size() &&
                     run.value("crc32", "") == fmt::format("{:08x}", checksum(data)));
  return same && run.contains("train") ? run["train"].value("pictures", int64_t{0}) : 0;
}

int64_t best_epoch_of(const std::vector<EpochResult>& epochs, const std::string& monitor) {
  const bool accuracy = monitor.find("accuracy") != std::string::npos;
  const bool validated = !epochs.empty() && std::isfinite(epochs[0].val_loss) && monitor.starts_with("val_");
  const auto figure = [&](const EpochResult& e) {
    if (accuracy) return validated ? -e.val_accuracy : -e.accuracy;
    return validated ? e.val_loss : e.loss;
  };
  const auto best = std::min_element(epochs.begin(), epochs.end(),
                                     [&](const auto& a, const auto& b) { return figure(a) < figure(b); });
  return best == epochs.end() ? 0 : best->epoch;
}

std::vector<EpochResult> read_history(const std::string& folder) {
  std::ifstream file(folder + "/history.csv");
  std::vector<EpochResult> epochs;
  std::string line;
  std::getline(file, line);  // epoch,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds,images_per_second
  while (std::getline(file, line)) {
    const std::vector<double> n = csv_numbers(line);
    if (n.size() != 8) continue;
    epochs.push_back({static_cast<int64_t>(n[0]), n[1], n[2], n[3], n[4], n[5], n[6], n[7]});
  }
  return epochs;
}

void write_report(const ReportFacts& facts, const Evaluation& evaluation, const std::string& evaluation_name,
                  std::vector<ReportPicture> worst) {
  const std::vector<EpochResult> epochs = read_history(facts.folder);
  TrainingReport report;
  report.title = facts.title;
  report.settings = facts.settings;
  for (const EpochResult& epoch : epochs) report.epochs.push_back(figures(epoch));
  report.best_epoch = best_epoch_of(epochs, facts.monitor);
  report.class_names = facts.class_names;
  report.class_counts = facts.class_counts;
  report.evaluation = evaluation;
  report.evaluation_name = evaluation_name;
  report.worst = std::move(worst);
  write_file(facts.folder + "/report.html", training_report_html(report));
}

}  // namespace fer::cli
