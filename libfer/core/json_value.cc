#include "core/json_value.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "fer/error.h"

namespace fer::core {

using nlohmann::json;

struct JsonValue::Form {
  const char *comma = ",", *colon = ":";
  int indent = -1;  // below 0: on one line
  json::error_handler_t bad_text = json::error_handler_t::strict;

  void new_line(int level, std::string& out) const {
    if (indent >= 0) out.append(1, '\n').append(static_cast<size_t>(level * indent), ' ');
  }
  // What is not nested is nlohmann's to write: digits of numbers, escapes of texts.
  template <class T>
  void append_plain(const T& value, std::string& out) const {
    out += json(value).dump(-1, ' ', false, bad_text);
  }
};

JsonValue::JsonValue(std::nullptr_t) {}
JsonValue::JsonValue(bool value) : kind_(Kind::kBool), integer_(value) {}
JsonValue::JsonValue(double value) : kind_(Kind::kFloat), number_(value) {}
JsonValue::JsonValue(const char* text) : kind_(Kind::kText), text_(text) {}
JsonValue::JsonValue(std::string text) : kind_(Kind::kText), text_(std::move(text)) {}
JsonValue::JsonValue(Elements elements) : kind_(Kind::kArray), elements_(std::move(elements)) {}
JsonValue::JsonValue(const JsonValue&) = default;
JsonValue::JsonValue(JsonValue&&) noexcept = default;
JsonValue& JsonValue::operator=(const JsonValue&) = default;
JsonValue& JsonValue::operator=(JsonValue&&) noexcept = default;
JsonValue::~JsonValue() = default;

JsonValue::JsonValue(const json& value) {
  if (const auto* elements = value.get_ptr<const json::array_t*>()) {
    *this = array_of(*elements);
  } else if (const auto* members = value.get_ptr<const json::object_t*>()) {
    kind_ = Kind::kObject;
    for (const auto& [key, member] : *members) members_.emplace_back(key, JsonValue(member));
  } else if (const auto* text = value.get_ptr<const std::string*>()) {
    *this = *text;
  } else if (value.is_boolean()) {
    *this = value.get<bool>();
  } else if (value.is_number_float()) {
    *this = value.get<double>();
  } else if (value.is_number_unsigned()) {
    *this = value.get<uint64_t>();
  } else if (value.is_number_integer()) {
    *this = value.get<int64_t>();
  }
}

JsonValue JsonValue::object(std::initializer_list<Member> members) {
  JsonValue value;
  value.kind_ = Kind::kObject;
  value.members_ = members;
  return value;
}

const JsonValue* JsonValue::find(std::string_view key) const {
  const auto found = std::find_if(members_.begin(), members_.end(), [&](const Member& m) { return m.key == key; });
  return found == members_.end() ? nullptr : &found->value;
}

JsonValue& JsonValue::operator[](std::string_view key) {
  if (kind_ == Kind::kNull) kind_ = Kind::kObject;
  if (const JsonValue* there = find(key)) return const_cast<JsonValue&>(*there);
  return members_.emplace_back(std::string(key), nullptr).value;
}

void JsonValue::erase(std::string_view key) {
  std::erase_if(members_, [&](const Member& member) { return member.key == key; });
}

void JsonValue::sort_keys() {
  for (JsonValue& element : elements_) element.sort_keys();
  std::sort(members_.begin(), members_.end(), [](const Member& a, const Member& b) { return a.key < b.key; });
  for (Member& member : members_) member.value.sort_keys();
}

std::string JsonValue::dump(Utf8 utf8) const {
  std::string out;
  Form form;
  if (utf8 == Utf8::kReplaced) form.bad_text = json::error_handler_t::replace;
  append(form, 0, out);
  return out;
}

std::string JsonValue::dump(int indent) const {
  std::string out;
  append({.comma = ",", .colon = ": ", .indent = indent}, 0, out);
  return out;
}

std::string JsonValue::one_line() const {
  std::string out;
  try {
    append({.comma = ", ", .colon = ": "}, 0, out);
  } catch (const json::exception&) {
    throw Error("text for JSON: expected UTF-8");
  }
  return out;
}

void JsonValue::append(const Form& form, int level, std::string& out) const {
  const char* comma = "";
  const auto begin_element = [&] {
    out += comma;
    comma = form.comma;
    form.new_line(level + 1, out);
  };
  if (kind_ == Kind::kArray) {
    out += '[';
    for (const JsonValue& element : elements_) {
      begin_element();
      element.append(form, level + 1, out);
    }
    if (!elements_.empty()) form.new_line(level, out);
    out += ']';
  } else if (kind_ == Kind::kObject) {
    out += '{';
    for (const Member& member : members_) {
      begin_element();
      form.append_plain(member.key, out);
      out += form.colon;
      member.value.append(form, level + 1, out);
    }
    if (!members_.empty()) form.new_line(level, out);
    out += '}';
  } else {
    append_plain(form, out);
  }
}

void JsonValue::append_plain(const Form& form, std::string& out) const {
  switch (kind_) {
    case Kind::kBool:
      return form.append_plain(integer_ != 0, out);
    case Kind::kSigned:
      return form.append_plain(static_cast<int64_t>(integer_), out);
    case Kind::kUnsigned:
      return form.append_plain(integer_, out);
    case Kind::kFloat:
      return form.append_plain(number_, out);
    case Kind::kText:
      return form.append_plain(text_, out);
    default:
      return form.append_plain(nullptr, out);
  }
}

}  // namespace fer::core
