#include "keras/settings.h"

#include <fmt/format.h>

#include <cmath>

#include "fer/error.h"
#include "network/json_text.h"

namespace fer::keras_file {
namespace {

using nlohmann::json;

std::string first(Settings::Names names) { return *names.begin(); }

[[noreturn]] void fail(Settings::Names names, const char* expected, const json* found) {
  throw Error(fmt::format("{}: expected {}, found {}", first(names), expected, found ? shown(*found) : "none"));
}

int64_t whole(Settings::Names names, const json& value) {
  if (value.is_number_integer() && (!value.is_number_unsigned() || value.get<uint64_t>() <= uint64_t{INT64_MAX})) {
    return value.get<int64_t>();
  }
  fail(names, "a whole number below 2^63", &value);
}

}  // namespace

const json* Settings::find(Names names) const {
  if (!config_.is_object()) return nullptr;
  for (const char* name : names) {
    const auto found = config_.find(name);
    if (found != config_.end() && !found->is_null()) return &*found;
  }
  return nullptr;
}

int64_t Settings::integer(Names names, std::optional<int64_t> usual) const {
  const json* value = find(names);
  if (value == nullptr && usual) return *usual;
  if (value == nullptr) fail(names, "a whole number", nullptr);
  return whole(names, *value);
}

double Settings::number(Names names, double usual) const {
  const json* value = find(names);
  if (value == nullptr) return usual;
  // (Keras wrote numbers that came from numpy as objects for some time.)
  if (value->is_object() && value->contains("value")) value = &(*value)["value"];
  if (value->is_number() && std::isfinite(value->get<float>())) return value->get<double>();
  fail(names, "a number", value);
}

bool Settings::flag(Names names, bool usual) const {
  const json* value = find(names);
  if (value == nullptr) return usual;
  if (value->is_boolean()) return value->get<bool>();
  fail(names, "true or false", value);
}

std::string Settings::text(Names names, const std::string& usual) const {
  const json* value = find(names);
  if (value == nullptr) return usual;
  if (value->is_string()) return value->get<std::string>();
  fail(names, "a text", value);
}

Pair Settings::pair(Names names, std::optional<Pair> usual) const {
  const json* value = find(names);
  if (value == nullptr && usual) return *usual;
  if (value != nullptr && value->is_number_integer()) return {whole(names, *value), whole(names, *value)};
  if (value == nullptr || !value->is_array() || value->size() != 2) fail(names, "one or two whole numbers", value);
  return {whole(names, (*value)[0]), whole(names, (*value)[1])};
}

std::vector<int64_t> Settings::integers(Names names) const {
  const json* value = find(names);
  if (value == nullptr || !value->is_array() || value->size() > 8) fail(names, "up to 8 whole numbers", value);
  std::vector<int64_t> numbers;
  for (const json& one : *value) numbers.push_back(whole(names, one));
  return numbers;
}

}  // namespace fer::keras_file
