#include "network/json_text.h"

#include <fmt/format.h>

#include <charconv>
#include <set>
#include <vector>

#include "fer/error.h"

namespace fer {
namespace {

using nlohmann::json;

constexpr size_t kShownBytes = 60;

std::string printable(std::string_view text, size_t limit) {
  std::string out(text.substr(0, limit));
  for (char& c : out) {
    if (c < 0x20 || c == 0x7f) c = '?';  // also every byte from 0x80 on, which is negative
  }
  return out + (text.size() > limit ? "..." : "");
}

// nlohmann's "[json.exception.parse_error.101] parse error at line 3, column 7: ..." without what names the library.
std::string parse_message(const char* what) {
  const std::string_view text = what;
  const size_t at = text.find("line ");
  const size_t bracket = text.find("] ");
  if (at != text.npos) return printable(text.substr(at), 200);
  return printable(bracket == text.npos ? text : text.substr(bracket + 2), 200);
}

// A first pass that builds nothing: refuses bad syntax, depth and duplicate keys. (The library's parser with a callback
// could do so while it builds, but it searches each parent again whenever a child ends: quadratic in their number.)
class Guard : public nlohmann::json_sax<json> {
 public:
  Guard(const std::string& where, size_t max_depth) : where_(where), max_depth_(max_depth) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }

  bool start_array(size_t) override { return enter(); }
  bool end_array() override { return leave(); }
  bool start_object(size_t) override { return enter(); }
  bool end_object() override { return leave(); }
  bool key(string_t& name) override {
    if (keys_.back().insert(name).second) return true;
    throw Error(fmt::format("{}: expected each key once, found {} twice", where_, shown(name)));
  }

  bool parse_error(size_t, const std::string&, const json::exception& e) override {
    throw Error(where_ + ": " + parse_message(e.what()));
  }

 private:
  bool enter() {
    keys_.emplace_back();
    if (keys_.size() > max_depth_) throw Error(fmt::format("{}: expected at most {} levels", where_, max_depth_));
    return true;
  }
  bool leave() {
    keys_.pop_back();
    return true;
  }

  const std::string& where_;
  const size_t max_depth_;
  std::vector<std::set<std::string>> keys_;  // of each open array (none) or object
};

void append_line(const nlohmann::ordered_json& value, std::string& out) {
  const char* comma = "";
  if (value.is_object()) {
    out += '{';
    for (const auto& [key, member] : value.items()) {
      out += comma + nlohmann::ordered_json(key).dump() + ": ";
      append_line(member, out);
      comma = ", ";
    }
    out += '}';
  } else if (value.is_array()) {
    out += '[';
    for (const auto& element : value) {
      out += comma;
      append_line(element, out);
      comma = ", ";
    }
    out += ']';
  } else {
    out += value.dump();
  }
}

}  // namespace

json parse_json(std::string_view text, const std::string& where, size_t max_depth) {
  if (text.size() > kMaxJsonBytes) {
    throw Error(fmt::format("{}: expected at most {} bytes of JSON, found {}", where, kMaxJsonBytes, text.size()));
  }
  Guard guard(where, max_depth);
  json::sax_parse(text, &guard);
  return json::parse(text);
}

std::string shown(const json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array() && value.size() > 8) return fmt::format("an array of {}", value.size());
  if (value.is_array()) {
    std::string text;
    for (const json& element : value) text += (text.empty() ? "" : ", ") + shown(element);
    return fmt::format("[{}]", printable(text, kShownBytes));
  }
  if (value.is_string()) return fmt::format("\"{}\"", printable(value.get_ref<const std::string&>(), kShownBytes));
  return value.dump();
}

std::string one_line(const nlohmann::ordered_json& value) {
  std::string out;
  try {
    append_line(value, out);
  } catch (const json::exception&) {
    throw Error("text for JSON: expected UTF-8");
  }
  return out;
}

nlohmann::ordered_json float_to_json(float value) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  double shortest = 0;
  std::from_chars(digits, end, shortest);
  return static_cast<float>(shortest) == value ? shortest : static_cast<double>(value);
}

}  // namespace fer
