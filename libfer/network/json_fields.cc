#include "network/json_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "fer/error.h"
#include "network/json_text.h"
#include "network/limits.h"
#include "network/names.h"

namespace fer {
namespace {

using nlohmann::json;

[[noreturn]] void fail_expected(const std::string& where, const std::string& expected, const json& found) {
  throw Error(where + ": expected " + expected + ", found " + shown(found));
}

constexpr const char* kPaddingForms = "\"valid\", \"same\" or a number of cells";

std::string initializer_names() {
  return listed(kInitializerForms, [](const InitializerForm& form) { return form.name; });
}

}  // namespace

void read_value(const json& value, const std::string& where, int64_t& out) {
  const bool fits = value.is_number_integer() &&
                    (!value.is_number_unsigned() ||
                     value.get<uint64_t>() <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max()));
  if (!fits) fail_expected(where, "a whole number below 2^63", value);
  out = value.get<int64_t>();
}

void read_value(const json& value, const std::string& where, bool& out) {
  if (!value.is_boolean()) fail_expected(where, "true or false", value);
  out = value.get<bool>();
}

void read_value(const json& value, const std::string& where, double& out) {
  if (!value.is_number()) fail_expected(where, "a number", value);
  out = value.get<double>();
}

void read_value(const json& value, const std::string& where, float& out) {
  double number = 0;
  read_value(value, where, number);
  if (!(std::abs(number) <= std::numeric_limits<float>::max())) fail_expected(where, "a 32-bit float", value);
  out = static_cast<float>(number);
}

void read_value(const json& value, const std::string& where, std::string& out) {
  if (!value.is_string()) fail_expected(where, "a text", value);
  out = value.get<std::string>();
  const bool control = std::any_of(out.begin(), out.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (out.size() > kMaxNameBytes || control) {
    fail_expected(where, fmt::format("at most {} bytes without control characters", kMaxNameBytes), value);
  }
}

void read_value(const json& value, const std::string& where, Pair& out) {
  if (!value.is_array() || value.size() != 2) fail_expected(where, "[height, width]", value);
  for (size_t i = 0; i < 2; ++i) read_value(value[i], where, out[i]);
}

void read_value(const json& value, const std::string& where, Shape& out) {
  if (!value.is_array() || value.size() > 8) fail_expected(where, "a shape: an array of whole numbers", value);
  std::vector<int64_t> dims(value.size());
  for (size_t i = 0; i < dims.size(); ++i) read_value(value[i], where, dims[i]);
  out = Shape(std::move(dims));
}

void read_value(const json& value, const std::string& where, std::vector<std::string>& out) {
  if (!value.is_array()) fail_expected(where, "an array of texts", value);
  out.resize(value.size());
  for (size_t i = 0; i < out.size(); ++i) read_value(value[i], where, out[i]);
}

void read_value(const json& value, const std::string& where, Activation& out) {
  for (const auto& entry : kActivationNames) {
    if (!is_text(value, entry.name)) continue;
    out = entry.value;
    return;
  }
  fail_expected(where, "one of " + listed(kActivationNames, [](const auto& entry) { return entry.name; }), value);
}

void read_value(const json& value, const std::string& where, Padding& out) {
  if (is_text(value, "valid")) {
    out = Padding::valid();
  } else if (is_text(value, "same")) {
    out = Padding::same();
  } else if (value.is_number_integer()) {
    int64_t cells = 0;
    read_value(value, where, cells);
    out = Padding::on_each_side(cells);
  } else {
    fail_expected(where, kPaddingForms, value);
  }
}

// "he_normal", or {"name": "truncated_normal", "stddev": 0.05}.
void read_value(const json& value, const std::string& where, Initializer& out) {
  const JsonDocument named = value.is_string() ? object_with("name", value) : JsonDocument();
  const json& object = value.is_string() ? *named : value;
  JsonFields fields(object, where);
  std::string name;
  fields.required("name", name);
  const auto form = std::find_if(kInitializerForms.begin(), kInitializerForms.end(),
                                 [&](const InitializerForm& f) { return f.name == name; });
  if (form == kInitializerForms.end()) fail_expected(where, "one of " + initializer_names(), object["name"]);
  out = {form->value};
  const bool a_is_mean = form->b != nullptr && form->value != Initializer::Kind::kRandomUniform;
  if (a_is_mean) {
    fields.always(form->a, out.a);  // usually 0
  } else if (form->a != nullptr) {
    fields.required(form->a, out.a);
  }
  if (form->b != nullptr) fields.required(form->b, out.b);
  fields.refuse_unknown();
}

void read_value(const json& value, const std::string& where, Regularizer& out) {
  JsonFields fields(value, where);
  fields.always("l1", out.l1);
  fields.always("l2", out.l2);
  fields.refuse_unknown();
}

JsonFields::JsonFields(const json& object, std::string where) : object_(object), where_(std::move(where)) {
  if (!object.is_object()) fail_expected(where_, "an object", object);
}

const json* JsonFields::find(const char* name) {
  known_.push_back(name);
  const auto member = object_.find(name);
  return member == object_.end() ? nullptr : &*member;
}

void JsonFields::literal(const char* name, const char* text) {
  const json* member = find(name);
  if (member != nullptr && !is_text(*member, text))
    fail_expected(where_ + ": " + name, std::string("\"") + text + '"', *member);
}

void JsonFields::refuse_unknown() const {
  for (auto member = object_.begin(); member != object_.end(); ++member) {
    const std::string& key = member.key();
    const bool known = std::any_of(known_.begin(), known_.end(), [&](const char* name) { return key == name; });
    if (known) continue;
    throw Error(where_ + ": unknown field " + shown(key) + ": expected " +
                listed(known_, [](const char* name) { return name; }));
  }
}

void JsonFields::fail_missing(const char* name) const {
  throw Error(where_ + ": " + name + ": expected this field, found none");
}

}  // namespace fer
