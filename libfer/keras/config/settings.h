// The settings of one layer in Keras's JSON, by the names of Keras 1, 2 and 3.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "fer/network.h"

namespace fer::keras_file {

struct Function {
  Activation activation = Activation::kLinear;
  float alpha = 0;
};

// Reads members by the first of several names that is there. All throw Error (without the layer's name) on a member of
// another type than expected.
class Settings {
 public:
  using Names = std::initializer_list<const char*>;

  explicit Settings(const nlohmann::json& config) : config_(config) {}

  // The member, or nullptr where it is missing or null.
  const nlohmann::json* find(Names names) const;
  // Which of them is there, for messages; else the first.
  std::string name(Names names) const;
  bool has(const char* name) const { return find({name}) != nullptr; }
  int64_t integer(Names names, std::optional<int64_t> usual = {}) const;
  double number(Names names, double usual) const;
  bool flag(Names names, bool usual) const;
  std::string text(Names names, const std::string& usual) const;
  // One whole number for both, or two.
  Pair pair(Names names, std::optional<Pair> usual = {}) const;
  std::vector<int64_t> integers(Names names) const;

  // By name, or as Keras 2 and 3 write objects.
  Function function(Names names) const;
  // Those that libfer has no name for are `usual`: the weights come from the file.
  Initializer initializer(Names names, Initializer::Kind usual) const;
  Regularizer regularizer(Names names) const;
  // True for a regularizer that is neither l1 nor l2.
  bool has_other_regularizer(Names names) const;

 private:
  const nlohmann::json& config_;
};

// Keras's gelu, by its setting of that name.
Function gelu(bool approximate);
// LeakyReLU, ELU, ReLU, Softmax, Activation, ... as a function. Nothing for other classes of layers.
std::optional<Function> function_of_layer(const std::string& class_name, const Settings& settings);
// By a name that means the same in TensorFlow and every Keras; nothing for other names.
std::optional<Function> function_without_settings(const std::string& name);

}  // namespace fer::keras_file
