// JSON as we read and write it: strict, bounded, every mistake an Error of one line.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "network/limits.h"

namespace fer {

// Throws Error ("WHERE: line 3, column 7: ...") on anything but one JSON value of at most kMaxJsonBytes in UTF-8,
// nested at most `max_depth` deep, without duplicate keys.
nlohmann::json parse_json(std::string_view text, const std::string& where, size_t max_depth = kMaxJsonDepth);

// A value as it may stand in an error message: one short line of ASCII.
std::string shown(const nlohmann::json& value);

// On one line, with a space after commas and colons. Throws Error on strings that are not UTF-8.
std::string one_line(const nlohmann::ordered_json& value);

// The number with the fewest digits that reads back as this float: 0.001, not 0.0010000000474974513.
nlohmann::ordered_json float_to_json(float value);

}  // namespace fer
