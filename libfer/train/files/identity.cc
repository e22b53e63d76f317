#include "train/files/identity.h"

#include <isa-l/crc64.h>

#include "fer/error.h"
#include "train/config/config.h"

namespace fer::train {
namespace {

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
json rows_identity(const RunInputs& inputs, std::span<const int64_t> rows) {
  uint64_t pictures = 0;
  std::vector<uint8_t> labels;
  for (int64_t row : rows) {
    pictures = example_checksum(inputs.data, row, pictures);
    if (!inputs.data.labels.empty()) labels.push_back(inputs.data.labels[row]);
  }
  return {{"count", rows.size()},
          {"row_numbers", checksum(rows)},
          {"pictures", pictures},
          {"labels", checksum(std::span<const uint8_t>(labels))}};
}

std::string shown(const json* value) {
  if (value == nullptr) return "nothing";
  std::string text = value->dump();
  if (text.size() > kLongestValue) text = text.substr(0, kLongestValue) + "...";
  return text;
}

// "/config/optimizer/beta1" -> "config.optimizer.beta1"
std::string dotted(std::string pointer) {
  pointer.erase(0, 1);
  for (char& c : pointer) c = c == '/' ? '.' : c;
  return pointer;
}

const json* member(const json& object, const std::string& key) {
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

// What `to` does not have of `from`.
void add_missing(json& to, const json& from) {
  for (const auto& [key, value] : from.items()) {
    if (!to.contains(key)) {
      to[key] = value;
    } else if (to[key].is_object() && value.is_object()) {
      add_missing(to[key], value);
    }
  }
}

// A run of a version that did not have an option yet was made with its default.
json with_defaults(json run) {
  const auto settings = run.find("config");
  if (settings != run.end() && settings->is_object()) {
    add_missing(*settings, compared_settings(config_from_json(*settings)));
  }
  return run;
}

}  // namespace

json run_identity(const Network& network, const TrainConfig& config, const RunInputs& inputs,
                  std::span<const float> first_weights) {
  return {{"network", json::parse(network_to_json(network))}, {"config", compared_settings(config)},
          {"train", rows_identity(inputs, inputs.train)},     {"validation", rows_identity(inputs, inputs.validation)},
          {"soft_targets", checksum(inputs.targets)},         {"first_weights", checksum(first_weights)}};
}

void expect_same_run(const json& saved, const json& now) {
  if (saved == now) return;
  const json before = with_defaults(saved).flatten(), after = with_defaults(now).flatten();
  if (before == after) return;
  json keys = before;
  keys.update(after);
  size_t differing = 0;
  std::string message = "was made by another run, so it cannot be resumed";
  for (const auto& [key, unused] : keys.items()) {
    const json *was = member(before, key), *is = member(after, key);
    if (was != nullptr && is != nullptr && *was == *is) continue;
    if (++differing > kFieldsInMessage) continue;
    message += (differing == 1 ? ": " : "; ") + dotted(key) + " was " + shown(was) + ", now " + shown(is);
  }
  if (differing > kFieldsInMessage) message += "; and " + std::to_string(differing - kFieldsInMessage) + " more";
  throw Error(message);
}

}  // namespace fer::train
