#include "train/files/identity.h"

#include <isa-l/crc64.h>

#include <algorithm>
#include <map>
#include <vector>

#include "fer/error.h"
#include "network/json_text.h"
#include "train/config/config.h"

namespace fer::train {
namespace {

using core::JsonValue;
using nlohmann::json;

constexpr size_t kFieldsInMessage = 3;
constexpr size_t kLongestValue = 60;

template <class T>
uint64_t checksum(std::span<const T> values, uint64_t seed = 0) {
  return crc64_ecma_refl(seed, reinterpret_cast<const unsigned char*>(values.data()), values.size_bytes());
}

uint64_t example_checksum(const Dataset& data, int64_t row, uint64_t seed) {
  if (data.has_values()) return checksum(data.example(row), seed);
  if (!data.source) return checksum(data.picture(row), seed);
  const uint64_t known = data.source->checksum(row);
  return checksum(std::span<const uint64_t>(&known, 1), seed);
}

// Only the pictures that take part: adding others to the file changes nothing.
JsonValue rows_identity(const RunInputs& inputs, std::span<const int64_t> rows) {
  uint64_t pictures = 0;
  std::vector<uint8_t> labels;
  for (int64_t row : rows) {
    pictures = example_checksum(inputs.data, row, pictures);
    if (!inputs.data.labels.empty()) labels.push_back(inputs.data.labels[row]);
  }
  return JsonValue::object({{"count", rows.size()},
                            {"row_numbers", checksum(rows)},
                            {"pictures", pictures},
                            {"labels", checksum(std::span<const uint8_t>(labels))}});
}

// What is not nested in a run, by where it is: "/config/optimizer/beta1".
using Places = std::map<std::string, json>;

void collect(const json& value, const std::string& where, Places& places) {
  if (const auto* object = value.get_ptr<const json::object_t*>()) {
    for (const auto& [key, member] : *object) collect(member, where + "/" + key, places);
  } else if (const auto* array = value.get_ptr<const json::array_t*>()) {
    for (size_t i = 0; i < array->size(); ++i) collect((*array)[i], where + "/" + std::to_string(i), places);
  } else {
    places.emplace(where, value);
  }
  if (value.is_structured() && value.empty()) places.emplace(where, nullptr);
}

// A run of a version that did not have an option yet was made with its default.
Places places_of(const json& run) {
  Places places;
  collect(run, "", places);
  const auto settings = run.find("config");
  if (settings == run.end() || !settings->is_object()) return places;
  const JsonDocument defaults = parse_json(compared_settings(config_from_json(*settings)).dump(), "settings");
  Places usual;
  collect(defaults, "/config", usual);
  for (auto& [where, value] : usual) places.emplace(where, std::move(value));
  return places;
}

std::string text_at(const Places& places, const std::string& where) {
  const auto found = places.find(where);
  if (found == places.end()) return "nothing";
  std::string text = found->second.dump();
  if (text.size() > kLongestValue) text = text.substr(0, kLongestValue) + "...";
  return text;
}

// "/config/optimizer/beta1" -> "config.optimizer.beta1"
std::string dotted(std::string where) {
  where.erase(0, 1);
  std::replace(where.begin(), where.end(), '/', '.');
  return where;
}

// Where the two are not the same, in order.
std::vector<std::string> differences(const Places& before, const Places& after) {
  std::vector<std::string> where;
  for (const auto& [place, value] : before) {
    const auto is = after.find(place);
    if (is == after.end() || is->second != value) where.push_back(place);
  }
  for (const auto& [place, unused] : after) {
    if (!before.contains(place)) where.push_back(place);
  }
  std::sort(where.begin(), where.end());
  return where;
}

}  // namespace

JsonValue run_identity(const Network& network, const TrainConfig& config, const RunInputs& inputs,
                       std::span<const float> first_weights) {
  const JsonDocument layers = parse_json(network_to_json(network), "network");
  JsonValue identity = JsonValue::object({{"network", JsonValue(*layers)},
                                          {"config", compared_settings(config)},
                                          {"train", rows_identity(inputs, inputs.train)},
                                          {"validation", rows_identity(inputs, inputs.validation)},
                                          {"soft_targets", checksum(inputs.targets)},
                                          {"first_weights", checksum(first_weights)}});
  // (Runs without a teacher are as they were before there were any.)
  if (inputs.teacher != nullptr) {
    identity["teacher_targets"] = checksum(inputs.teacher->tensor().values());
  }
  identity.sort_keys();
  return identity;
}

std::string run_differences(const json& before, const json& after, const std::string& was, const std::string& now) {
  const Places first = places_of(before), second = places_of(after);
  const std::vector<std::string> where = differences(first, second);
  std::string text;
  for (size_t i = 0; i < std::min(where.size(), kFieldsInMessage); ++i) {
    text.append(i == 0 ? "" : "; ").append(dotted(where[i])).append(was).append(text_at(first, where[i]));
    text.append(now).append(text_at(second, where[i]));
  }
  if (where.size() > kFieldsInMessage) text += "; and " + std::to_string(where.size() - kFieldsInMessage) + " more";
  return text;
}

void expect_same_run(const json& saved, const json& now) {
  const std::string found = run_differences(saved, now, " was ", ", now ");
  if (!found.empty()) throw Error("was made by another run, so it cannot be resumed: " + found);
}

}  // namespace fer::train
