// Reads the members of a JSON object one by one and refuses those that nobody asked for.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fer/network.h"

namespace fer {

// One overload per type that layers have. All throw Error ("WHERE: expected ..., found ...").
void read_value(const nlohmann::json& value, const std::string& where, int64_t& out);
void read_value(const nlohmann::json& value, const std::string& where, bool& out);
void read_value(const nlohmann::json& value, const std::string& where, float& out);
void read_value(const nlohmann::json& value, const std::string& where, double& out);
void read_value(const nlohmann::json& value, const std::string& where, std::string& out);
void read_value(const nlohmann::json& value, const std::string& where, Pair& out);
void read_value(const nlohmann::json& value, const std::string& where, Shape& out);
void read_value(const nlohmann::json& value, const std::string& where, std::vector<std::string>& out);
void read_value(const nlohmann::json& value, const std::string& where, Activation& out);
void read_value(const nlohmann::json& value, const std::string& where, Padding& out);
void read_value(const nlohmann::json& value, const std::string& where, Initializer& out);
void read_value(const nlohmann::json& value, const std::string& where, Regularizer& out);

class JsonFields {
 public:
  // `where` names the object in messages; both must outlive this. Throws Error unless `object` is one.
  JsonFields(const nlohmann::json& object, std::string where);

  // The member, or nullptr. From then on the name is known.
  const nlohmann::json* find(const char* name);
  // Reads the member into `out`; without one, leaves it and returns false.
  template <class T>
  bool read(const char* name, T& out) {
    const nlohmann::json* member = find(name);
    if (member != nullptr) read_value(*member, where_ + ": " + name, out);
    return member != nullptr;
  }

  // The visitor of layer_fields.h.
  template <class T>
  void required(const char* name, T& out) {
    if (!read(name, out)) fail_missing(name);
  }
  template <class T>
  void always(const char* name, T& out) {
    read(name, out);
  }
  template <class T>
  void optional(const char* name, T& out, const T&) {
    read(name, out);
  }
  void literal(const char* name, const char* text);

  // Throws Error when the object has a member that was never asked for.
  void refuse_unknown() const;

  const std::string& where() const { return where_; }

 private:
  [[noreturn]] void fail_missing(const char* name) const;

  const nlohmann::json& object_;
  std::string where_;
  std::vector<const char*> known_;
};

}  // namespace fer
