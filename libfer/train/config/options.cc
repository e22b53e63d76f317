#include "train/config/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "fer/error.h"

namespace fer::train {
namespace {

// The configuration by default, once for every value of the option that decides whether there is this field.
std::vector<std::pair<std::string, TrainConfig>> configs_with(const Field& field, const Field* parent) {
  std::vector<std::pair<std::string, TrainConfig>> configs;
  TrainConfig config;
  if (parent == nullptr) return {{"", config}};
  const std::vector<std::string> names = std::get<Choice>(parent->at(config)).names;
  for (const std::string& name : names) {
    std::get<Choice>(parent->at(config)).set(name);
    if (applies(field.at(config))) configs.emplace_back(name, config);
  }
  return configs;
}

// "0.001, with sgd 0.01"
std::string usual_text(const Field& field, std::vector<std::pair<std::string, TrainConfig>>& configs) {
  if (*field.usual != '\0') return field.usual;
  std::string text, first;
  for (auto& [name, config] : configs) {
    const std::string value = value_text(field.at(config));
    if (first.empty()) text = first = value;
    if (value != first) text += fmt::format(", with {} {}", name, value);
  }
  if (first == "0" && *field.zero != '\0') text += fmt::format(", {}", field.zero);
  return text;
}

TrainOption option_of(const Field& field, Fields fields) {
  const Field* parent = parent_of(fields, field);
  std::vector<std::pair<std::string, TrainConfig>> configs = configs_with(field, parent);
  const Place place = field.at(configs.front().second);
  TrainOption option{.name = field.name,
                     .field = field.path,
                     .group = field.group,
                     .argument = field.argument,
                     .help = field.help,
                     .expected = expected_in_text(field, place),
                     .usual = usual_text(field, configs),
                     .choices = {},
                     .parent = parent == nullptr ? "" : parent->name,
                     .with = {},
                     .since = field.since};
  if (const auto* choice = std::get_if<Choice>(&place)) option.choices = choice->names;
  const bool with_all =
      parent == nullptr || configs.size() == std::get<Choice>(parent->at(configs[0].second)).names.size();
  if (with_all) return option;
  for (const auto& [name, unused] : configs) option.with.push_back(name);
  return option;
}

}  // namespace

std::vector<TrainOption> options_of(Fields fields) {
  std::vector<TrainOption> options;
  for (const Field& field : fields) {
    // (Without the option that would choose an optimizer that has it, a field is out of reach.)
    const Field* parent = parent_of(fields, field);
    TrainConfig usual;
    if (parent != nullptr || applies(field.at(usual))) options.push_back(option_of(field, fields));
  }
  return options;
}

namespace {

// The option of this name, which has a place in this configuration.
const Field& option_named(TrainConfig& config, const std::string& name, Fields fields) {
  const auto field = std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.name == name; });
  if (name.empty() || field == fields.end())
    throw Error(fmt::format("--{}: there is no such option of training", name));
  if (applies(field->at(config))) return *field;
  const Field* parent = parent_of(fields, *field);
  if (parent == nullptr) throw Error(fmt::format("--{} does not go with the other settings", name));
  throw Error(fmt::format("--{} does not go with --{} {} (it goes with {})", name, parent->name,
                          value_text(parent->at(config)), fmt::join(option_of(*field, fields).with, ", ")));
}

}  // namespace

void set_option(TrainConfig& config, const std::string& name, const std::string& text, Fields fields) {
  const Field& field = option_named(config, name, fields);
  value_from_text(text, "--" + name, field, field.at(config));
  if (field.then != nullptr) field.then(config);
}

std::string option_text(const TrainConfig& config, const std::string& name, Fields fields) {
  TrainConfig values = config;
  return value_text(option_named(values, name, fields).at(values));
}

}  // namespace fer::train

namespace fer {

std::vector<TrainOption> train_options() { return train::options_of(train::all_fields()); }

void set_train_option(TrainConfig& config, const std::string& name, const std::string& text) {
  train::set_option(config, name, text, train::all_fields());
}

std::string train_option_text(const TrainConfig& config, const std::string& name) {
  return train::option_text(config, name, train::all_fields());
}

}  // namespace fer
