#include "network/json_text.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>
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

// Ends what is nested from the inside out, so that every container is empty when its destructor comes to it.
void empty_out(json& value) noexcept {
  if (auto* array = value.get_ptr<json::array_t*>()) {
    for (json& element : *array) empty_out(element);
    array->clear();
  } else if (auto* object = value.get_ptr<json::object_t*>()) {
    for (auto& [key, member] : *object) empty_out(member);
    object->clear();
  }
}

}  // namespace

// Builds a document as it is read, and refuses bad syntax, depth and duplicate keys on the way. (The library's parser
// with a callback could refuse them too, but it searches each parent again whenever a child ends: quadratic in their
// number.)
class JsonBuilder : public nlohmann::json_sax<json> {
 public:
  JsonBuilder(const std::string& where, size_t max_depth) : where_(where), max_depth_(max_depth) {}

  JsonDocument take() { return std::move(document_); }

  bool null() override { return put(nullptr) != nullptr; }
  bool boolean(bool value) override { return put(value) != nullptr; }
  bool number_integer(number_integer_t value) override { return put(value) != nullptr; }
  bool number_unsigned(number_unsigned_t value) override { return put(value) != nullptr; }
  bool number_float(number_float_t value, const string_t&) override { return put(value) != nullptr; }
  bool string(string_t& value) override { return put(std::move(value)) != nullptr; }
  bool binary(binary_t&) override { return false; }  // is not in JSON's text

  bool start_array(size_t) override { return enter(json::value_t::array); }
  bool end_array() override { return leave(); }
  bool start_object(size_t) override { return enter(json::value_t::object); }
  bool end_object() override { return leave(); }
  bool key(string_t& name) override {
    const auto [member, is_new] = open_.back()->get_ref<json::object_t&>().emplace(name, nullptr);
    if (!is_new) throw Error(fmt::format("{}: expected each key once, found {} twice", where_, shown(name)));
    member_ = &member->second;
    return true;
  }

  bool parse_error(size_t, const std::string&, const json::exception& e) override {
    throw Error(where_ + ": " + parse_message(e.what()));
  }

 private:
  template <class Value>
  json* put(Value&& value) {
    json made(std::forward<Value>(value));
    json* place = &document_.value_;
    if (!open_.empty()) {
      auto* array = open_.back()->get_ptr<json::array_t*>();
      place = array != nullptr ? &array->emplace_back() : member_;
    }
    place->swap(made);
    return place;
  }
  bool enter(json::value_t kind) {
    if (open_.size() == max_depth_)
      throw Error(fmt::format("{}: expected at most {} levels, found more", where_, max_depth_));
    open_.push_back(put(kind));
    return true;
  }
  bool leave() {
    open_.pop_back();
    return true;
  }

  const std::string& where_;
  const size_t max_depth_;
  JsonDocument document_;
  std::vector<json*> open_;  // arrays and objects, outermost first: only the last one grows, so that none is moved
  json* member_ = nullptr;   // of the innermost object, whose value comes next
};

JsonDocument::~JsonDocument() { empty_out(value_); }

JsonDocument parse_json(std::string_view text, const std::string& where, size_t max_depth) {
  if (text.size() > kMaxJsonBytes) {
    throw Error(fmt::format("{}: expected at most {} bytes of JSON, found {}", where, kMaxJsonBytes, text.size()));
  }
  JsonBuilder builder(where, max_depth);
  json::sax_parse(text, &builder);
  return builder.take();
}

JsonDocument object_with(const std::string& key, const json& member) {
  JsonDocument document;
  document.value_ = json(json::value_t::object);
  document.value_.get_ref<json::object_t&>().emplace(key, member);
  return document;
}

bool is_text(const json& value, std::string_view text) {
  const auto* found = value.get_ptr<const std::string*>();
  return found != nullptr && *found == text;
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

double shortest_double(float value) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  double shortest = 0;
  std::from_chars(digits, end, shortest);
  return static_cast<float>(shortest) == value ? shortest : static_cast<double>(value);
}

}  // namespace fer
