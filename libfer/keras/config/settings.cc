#include "keras/config/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fer/error.h"
#include "network/json_text.h"

namespace fer::keras_file {
namespace {

using nlohmann::json;

[[noreturn]] void fail(const std::string& name, const char* expected, const json* found) {
  throw Error(fmt::format("{}: expected {}, found {}", name, expected, found ? shown(*found) : "none"));
}

int64_t whole(const std::string& name, const json& value) {
  if (value.is_number_integer() && (!value.is_number_unsigned() || value.get<uint64_t>() <= uint64_t{INT64_MAX})) {
    return value.get<int64_t>();
  }
  fail(name, "a whole number below 2^63", &value);
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

std::string Settings::name(Names names) const {
  const auto is_there = [&](const char* one) { return has(one); };
  const auto found = std::find_if(names.begin(), names.end(), is_there);
  return found == names.end() ? *names.begin() : *found;
}

int64_t Settings::integer(Names names, std::optional<int64_t> usual) const {
  const json* value = find(names);
  if (value == nullptr && usual) return *usual;
  if (value == nullptr) fail(name(names), "a whole number", nullptr);
  return whole(name(names), *value);
}

double Settings::number(Names names, double usual) const {
  const json* value = find(names);
  if (value == nullptr) return usual;
  // (Keras wrote numbers that came from numpy as objects for some time.)
  if (value->is_object() && value->contains("value")) value = &(*value)["value"];
  if (value->is_number() && std::isfinite(value->get<float>())) return value->get<double>();
  fail(name(names), "a number", value);
}

bool Settings::flag(Names names, bool usual) const {
  const json* value = find(names);
  if (value == nullptr) return usual;
  if (value->is_boolean()) return value->get<bool>();
  fail(name(names), "true or false", value);
}

std::string Settings::text(Names names, const std::string& usual) const {
  const json* value = find(names);
  if (value == nullptr) return usual;
  if (value->is_string()) return value->get<std::string>();
  fail(name(names), "a text", value);
}

Pair Settings::pair(Names names, std::optional<Pair> usual) const {
  const json* value = find(names);
  if (value == nullptr && usual) return *usual;
  if (value != nullptr && value->is_number_integer()) return {whole(name(names), *value), whole(name(names), *value)};
  if (value == nullptr || !value->is_array() || value->size() != 2)
    fail(name(names), "one or two whole numbers", value);
  return {whole(name(names), (*value)[0]), whole(name(names), (*value)[1])};
}

std::vector<int64_t> Settings::integers(Names names) const {
  const json* value = find(names);
  if (value == nullptr || !value->is_array() || value->size() > 8) fail(name(names), "up to 8 whole numbers", value);
  std::vector<int64_t> numbers;
  for (const json& one : *value) numbers.push_back(whole(name(names), one));
  return numbers;
}

}  // namespace fer::keras_file
