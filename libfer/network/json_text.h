// JSON as we read it: strict, bounded, every mistake an Error of one line. (core/json_value.h is for writing.)
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "network/limits.h"

namespace fer {

// A JSON value that was read. Its end takes no memory: nlohmann's own destructor allocates to end what is nested, and
// where that fails it ends the program. So this is what holds a value, and it is looked at through a reference.
class JsonDocument {
 public:
  JsonDocument() = default;  // null
  JsonDocument(JsonDocument&& other) noexcept { value_.swap(other.value_); }
  JsonDocument& operator=(JsonDocument&& other) noexcept {
    value_.swap(other.value_);
    return *this;
  }
  ~JsonDocument();

  const nlohmann::json& operator*() const { return value_; }
  const nlohmann::json* operator->() const { return &value_; }
  operator const nlohmann::json&() const { return value_; }  // NOLINT: to be handed on

 private:
  friend class JsonBuilder;
  friend JsonDocument object_with(const std::string& key, const nlohmann::json& member);
  nlohmann::json value_;
};

// Throws Error ("WHERE: line 3, column 7: ...") on anything but one JSON value of at most kMaxJsonBytes in UTF-8,
// nested at most `max_depth` deep, without duplicate keys.
JsonDocument parse_json(std::string_view text, const std::string& where, size_t max_depth = kMaxJsonDepth);

// {KEY: MEMBER}, of a member without members of its own.
JsonDocument object_with(const std::string& key, const nlohmann::json& member);

// The value is that text. (nlohmann's == makes a value of the text first, and where there is no memory for that it ends
// the program.)
bool is_text(const nlohmann::json& value, std::string_view text);

// A value as it may stand in an error message: one short line of ASCII.
std::string shown(const nlohmann::json& value);

// The number to be written for this float, with the fewest digits that read back as it: 0.001, not
// 0.0010000000474974513.
double shortest_double(float value);

}  // namespace fer
