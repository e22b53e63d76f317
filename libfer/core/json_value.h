// A JSON value that is made to be written. (nlohmann's values are for reading, within a JsonDocument: their destructor
// takes memory to end what is nested and ends the program where there is none, and one that is half made leaks.)
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace fer::core {

class JsonValue {
 public:
  struct Member;
  enum class Utf8 { kExpected, kReplaced };  // what is made of texts with other bytes: nlohmann's exception, or U+FFFD

  // (What makes or ends members is defined where a member is a whole type.)
  JsonValue(std::nullptr_t = nullptr);
  JsonValue(bool value);
  template <std::integral T>
  JsonValue(T value)
      : kind_(std::is_signed_v<T> ? Kind::kSigned : Kind::kUnsigned), integer_(static_cast<uint64_t>(value)) {}
  JsonValue(double value);
  JsonValue(const char* text);
  JsonValue(std::string text);
  template <class T>
  JsonValue(const std::vector<T>& elements) : JsonValue(array_of(elements)) {}
  explicit JsonValue(const nlohmann::json& value);
  JsonValue(const JsonValue&);
  JsonValue(JsonValue&&) noexcept;
  JsonValue& operator=(const JsonValue&);
  JsonValue& operator=(JsonValue&&) noexcept;
  ~JsonValue();

  static JsonValue array(std::initializer_list<JsonValue> elements = {}) {
    return JsonValue(Elements(elements.begin(), elements.end()));
  }
  template <class Range>
  static JsonValue array_of(const Range& elements) {
    Elements all;
    for (const auto& element : elements) all.emplace_back(element);
    return JsonValue(std::move(all));
  }
  static JsonValue object(std::initializer_list<Member> members = {});

  bool is_object() const { return kind_ == Kind::kObject; }
  // The member of an object, or nullptr.
  const JsonValue* find(std::string_view key) const;
  // The member, null where it is new; null becomes an object.
  JsonValue& operator[](std::string_view key);
  // The member of an object, where it has one.
  void erase(std::string_view key);
  // Of an array.
  void push_back(JsonValue element) { elements_.push_back(std::move(element)); }
  // Members in the order of their keys, bytewise, on every level.
  void sort_keys();

  // Without white space; throws nlohmann's exception on texts that are not UTF-8, unless those are replaced.
  std::string dump(Utf8 utf8 = Utf8::kExpected) const;
  // A line for each value, `indent` blanks more on every level.
  std::string dump(int indent) const;
  // On one line, with a space after commas and colons. Throws Error on texts that are not UTF-8.
  std::string one_line() const;

 private:
  using Elements = std::vector<JsonValue>;
  using Members = std::vector<Member>;
  enum class Kind : uint8_t { kNull, kBool, kSigned, kUnsigned, kFloat, kText, kArray, kObject };
  struct Form;

  explicit JsonValue(Elements elements);
  void append_plain(const Form& form, std::string& out) const;
  void append(const Form& form, int level, std::string& out) const;

  // (No variant: g++ 12 warns of what it believes to be uninitialised in one.)
  Kind kind_ = Kind::kNull;
  uint64_t integer_ = 0;  // also a signed one's bits
  double number_ = 0;
  std::string text_;
  Elements elements_;
  Members members_;
};

struct JsonValue::Member {
  // (g++ 12 ends members that were never begun where an aggregate in a list throws.)
  Member(std::string name, JsonValue what) : key(std::move(name)), value(std::move(what)) {}

  std::string key;
  JsonValue value;
};

}  // namespace fer::core
