#include "tools/figures/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "fer/error.h"
#include "fer/file.h"

namespace fer::cli {
namespace {

constexpr size_t kMostHistoryBytes = 64 << 20;

std::vector<std::string> cells_of(std::string line) {
  if (line.ends_with('\r')) line.pop_back();
  std::vector<std::string> cells;
  std::istringstream stream(line);
  for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
  if (line.ends_with(',')) cells.emplace_back();
  return cells;
}

double EpochFigures::*field_of(const std::string& column) {
  static constexpr std::pair<const char*, double EpochFigures::*> kFields[] = {
      {"loss", &EpochFigures::loss},
      {"accuracy", &EpochFigures::accuracy},
      {"val_loss", &EpochFigures::val_loss},
      {"val_accuracy", &EpochFigures::val_accuracy},
      {"learning_rate", &EpochFigures::learning_rate},
      {"seconds", &EpochFigures::seconds},
      {"images_per_second", &EpochFigures::images_per_second},
      {"val_calibrated_loss", &EpochFigures::val_calibrated_loss},
      {"val_temperature", &EpochFigures::val_temperature}};
  for (const auto& [name, field] : kFields) {
    if (column == name) return field;
  }
  return nullptr;
}

// Nothing was measured where a cell is empty.
double number_in(const std::string& cell, const std::string& where) {
  if (cell.empty()) return std::numeric_limits<double>::quiet_NaN();
  double value = 0;
  const auto [end, failure] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (failure != std::errc() || end != cell.data() + cell.size()) {
    throw Error(fmt::format("{}: expected a number, found '{}'", where, cell.substr(0, 40)));
  }
  return value;
}

}  // namespace

std::vector<EpochFigures> read_history(const std::string& path) {
  std::istringstream lines(read_file(path, kMostHistoryBytes, "the history of a run, which fer-train writes"));
  std::string line;
  std::getline(lines, line);
  const std::vector<std::string> header = cells_of(line);
  if (header.empty() || header[0] != "epoch") {
    throw Error(fmt::format("{}, line 1: expected the columns of a run's history (epoch,loss,...), found '{}'", path,
                            line.substr(0, 60)));
  }
  std::vector<EpochFigures> epochs;
  for (int64_t number = 2; std::getline(lines, line); ++number) {
    const std::vector<std::string> cells = cells_of(line);
    if (cells.size() != header.size()) {
      throw Error(fmt::format("{}, line {}: expected {} columns, found {}", path, number, header.size(), cells.size()));
    }
    const auto where = [&](size_t column) { return fmt::format("{}, line {}, {}", path, number, header[column]); };
    EpochFigures epoch;
    epoch.val_loss = epoch.val_accuracy = std::numeric_limits<double>::quiet_NaN();
    const double index = number_in(cells[0], where(0));
    if (!(index >= 1 && index < 1e9))
      throw Error(where(0) + ": expected the number of an epoch, found '" + cells[0] + "'");
    epoch.epoch = static_cast<int64_t>(index);
    for (size_t column = 1; column < cells.size(); ++column) {
      if (double EpochFigures::*field = field_of(header[column]))
        epoch.*field = number_in(cells[column], where(column));
    }
    epochs.push_back(epoch);
  }
  return epochs;
}

double steps_per_epoch(const std::string& path) {
  if (path_kind(path) != PathKind::kFile) return 0;
  const auto json = nlohmann::json::parse(read_file(path, kMostHistoryBytes), nullptr, false);
  if (!json.is_object() || !json.contains("config") || !json["config"].is_object()) return 0;
  const auto& config = json["config"];
  const auto whole = [](const nlohmann::json& object, const char* name, int64_t otherwise) {
    return object.is_object() && object.contains(name) && object[name].is_number_integer() ? object[name].get<int64_t>()
                                                                                           : otherwise;
  };
  const int64_t pictures = json.contains("train") ? whole(json["train"], "count", 0) : 0;
  const int64_t batch = whole(config, "batch_size", 0), accumulate = whole(config, "accumulate", 1);
  if (pictures < 1 || batch < 1 || accumulate < 1) return 0;
  const int64_t given = whole(config, "steps_per_epoch", 0);
  if (given > 0) return static_cast<double>(given);
  int64_t batches = pictures / batch + (pictures % batch > 0 ? 1 : 0);
  const bool merges =
      config.contains("merge_last") && config["merge_last"].is_boolean() && config["merge_last"].get<bool>();
  if (merges && pictures % batch == 1 && batches > 1) --batches;
  const int64_t steps = batches / accumulate + (batches % accumulate > 0 ? 1 : 0);
  return static_cast<double>(steps);
}

}  // namespace fer::cli
