// A field of TrainConfig as the list in fields.cc describes it: once for the check, config.json, what a resumed run is
// compared with, the settings in a network's file, the command line, its help and the tables in docs/training.md.
#pragma once

#include <functional>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/json_value.h"
#include "fer/trainer.h"

namespace fer::train {

// The finite numbers that a field takes.
struct Range {
  double lowest = -std::numeric_limits<double>::infinity(), highest = std::numeric_limits<double>::infinity();
  bool without_lowest = false, without_highest = false, without_zero = false;

  bool contains(double value) const;
  // "from 0 to 180", "of at least 0 and below 1", "above 0", "other than 0"; empty where any number is allowed.
  std::string text() const;
};
constexpr Range at_least(double lowest) { return {.lowest = lowest}; }
constexpr Range above(double limit) { return {.lowest = limit, .without_lowest = true}; }
constexpr Range from_to(double lowest, double highest) { return {.lowest = lowest, .highest = highest}; }
constexpr Range from_and_below(double lowest, double limit) {
  return {.lowest = lowest, .highest = limit, .without_highest = true};
}
constexpr Range between(double a, double b) {
  return {.lowest = a, .highest = b, .without_lowest = true, .without_highest = true};
}
constexpr Range other_than_zero() { return {.without_zero = true}; }

// A field that is one of a few names: an enumeration, a monitor, which optimizer.
struct Choice {
  std::string now;
  std::vector<std::string> names;
  std::function<void(const std::string&)> set;
};

// A list of layers: names, patterns, ranges and counts.
struct LayerList {
  std::vector<std::string>* entries;
};

// Where a field's value lies in a TrainConfig; monostate: in this one nowhere (momentum, while the optimizer is Adam).
using Place = std::variant<std::monostate, bool*, int64_t*, uint64_t*, float*, double*, std::string*,
                           std::vector<double>*, std::vector<std::string>*, std::vector<LayerRate>*,
                           std::vector<SizeShare>*, Views*, PictureSize*, Interval*, Choice, LayerList>;

enum class Kept {
  kCompared,  // in config.json, and the same in a resumed run
  kLength,    // in config.json; a resumed run may have another, unless its learning rate follows from it
  kRecorded,  // in config.json; a resumed run may have another
  kNot        // an option of one call only
};

struct Field {
  const char* path = "";      // "optimizer.beta1": in config.json and in messages; empty: sets others alone
  const char* name = "";      // "beta1": --beta1 of fer-train; empty: the command line does not have it
  const char* argument = "";  // "B" in the help; empty for flags
  const char* group = "";     // of the help
  const char* help = "";
  Place (*at)(TrainConfig&) = nullptr;
  Range range = {};
  const char* zero = "";                 // what 0 means, where that is worth saying
  const char* usual = "";                // the default in words, where the value does not say it
  void (*then)(TrainConfig&) = nullptr;  // what follows when the option is given in text
  Kept kept = Kept::kCompared;
  const char* recipe = "";      // its name in a network's training settings, where that differs from the path
  const char* since = "0.1.0";  // the first version that has it
  const char* per = "class";    // what a list of numbers has one for
  bool left_out = false;        // config.json does not have it where it has its default, as before there was this field
};
using Fields = std::span<const Field>;

// In the order in which they are set (what decides which others there are comes before those) and shown.
Fields all_fields();

// The field of this path, or nullptr.
const Field* find_field(Fields fields, const std::string& path);
// The choice that a field depends on: optimizer.name for optimizer.beta1. nullptr: none.
const Field* parent_of(Fields fields, const Field& field);
// The last part of the path: "beta1".
const char* member_name(const Field& field);

// "a, b or c".
std::string one_of(const std::vector<std::string>& names);

bool applies(const Place& place);
// "a whole number from 1 to 2147483647", "a number above 0", "fp32 or bf16".
std::string expected_text(const Field& field, const Place& place);
// The same for value_from_text, which takes "none" for what may be empty: "N or HxW, each from 1 to 99, or none".
std::string expected_in_text(const Field& field, const Place& place);
// "0.001", "adam", "off".
std::string value_text(const Place& place);
// A number with the fewest digits that read back as it: 1e-7.
std::string number_text(double number);

// Throws Error ("WHERE: expected ..., found ...") on a value out of range. `where` names the field.
void check_value(const Field& field, const Place& place, const std::string& where);
core::JsonValue value_to_json(const Place& place);
// Throws Error on another type and on unknown names; ranges are check_value's.
void value_from_json(const nlohmann::json& value, const std::string& where, const Place& place);
// Throws Error on a text that is not wholly such a value, or is out of range.
void value_from_text(const std::string& text, const std::string& where, const Field& field, const Place& place);

}  // namespace fer::train
