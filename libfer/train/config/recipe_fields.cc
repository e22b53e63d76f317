#include "train/config/recipe_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <regex>

#include "fer/error.h"
#include "network/json_fields.h"
#include "network/json_text.h"
#include "train/config/recipe_options.h"

namespace fer::train {
namespace {

using nlohmann::json;

void read_early_stopping(JsonFields& fields, TrainConfig& config, Fields options) {
  config.early_stopping = {.patience = 0, .restore_best_weights = false};
  read_members(fields, "early_stopping", config, options);
  fields.find("mode");  // follows from the monitor
}

void read_reduce_lr(JsonFields& fields, TrainConfig& config, Fields options) {
  config.reduce_lr = {.factor = 0.1, .patience = 10};
  read_members(fields, "reduce_lr", config, options);
  fields.find("mode");
}

void read_model_checkpoint(JsonFields& fields, TrainConfig& config, Fields options) {
  const std::pair<const char*, const char*> names[] = {{"monitor", "checkpoint_monitor"},
                                                       {"every_iterations", "save_every"}};
  for (const auto& [name, path] : names) {
    if (const Field* field = find_field(options, path)) read_member(fields, name, *field, config);
  }
  for (const char* implied : {"mode", "save_best_only", "path"}) fields.find(implied);
}

std::optional<Usage> usage_in(const json* value) {
  if (value == nullptr || !value->is_string()) return {};
  const auto text = value->get<std::string>();
  for (const Usage usage : {Usage::kTraining, Usage::kPublicTest, Usage::kPrivateTest}) {
    if (text.starts_with(usage_name(usage))) return usage;
  }
  return {};
}

// A share between 0 and 1, as a number or at the beginning of a text; 0 where there is none.
double share_in(const json* value) {
  if (value == nullptr) return 0;
  double share = 0;
  if (value->is_number()) share = value->get<double>();
  if (value->is_string()) share = number_in(value->get<std::string>()).value_or(0);
  return share > 0 && share < 1 ? share : 0;
}

// A part of the data: a usage, a share, a count of pictures, or words.
void check_part(const json* value, const std::string& where) {
  if (value == nullptr || value->is_null() || value->is_string() || value->is_number_unsigned()) return;
  if (value->is_number() && share_in(value) > 0) return;
  fail_expected(where, "a usage, a share between 0 and 1 or a count", *value);
}

}  // namespace

void fail_expected(const std::string& where, const std::string& expected, const json& found) {
  throw Error(where + ": expected " + expected + ", found " + shown(found));
}

std::optional<double> number_in(const std::string& text) {
  size_t begin = 0;
  while (begin < text.size() && !std::isdigit(static_cast<unsigned char>(text[begin]))) ++begin;
  std::string digits;
  for (size_t i = begin; i < text.size(); ++i) {
    const char c = text[i];
    if (std::isdigit(static_cast<unsigned char>(c)) || c == '.') digits += c;
    if (!std::isdigit(static_cast<unsigned char>(c)) && c != '.' && c != ',') break;
  }
  if (digits.empty() || digits.size() > 15) return {};
  return std::strtod(digits.c_str(), nullptr);
}

std::vector<RecipeStage> read_stages(const json& array, const std::string& where) {
  constexpr size_t kMaxStages = 1000;
  constexpr size_t kMaxDigits = 9;
  static const std::regex kEpochs("([0-9][0-9,]*) epochs?", std::regex::icase),
      kWrong("wrong|misclassified", std::regex::icase);
  if (!array.is_array() || array.empty() || array.size() > kMaxStages) {
    fail_expected(where, fmt::format("1 to {} texts", kMaxStages), array);
  }
  std::vector<RecipeStage> stages;
  for (const json& text : array) {
    if (!text.is_string()) fail_expected(where, "texts", text);
    RecipeStage& stage = stages.emplace_back();
    stage.text = text.get<std::string>();
    stage.wrong_only = stages.size() > 1 && std::regex_search(stage.text, kWrong);
    std::smatch match;
    if (!std::regex_search(stage.text, match, kEpochs)) continue;
    std::string digits = match[1];
    std::erase(digits, ',');
    stage.epochs = digits.size() <= kMaxDigits ? std::stoll(digits) : 0;
    if (stage.epochs < 1) fail_expected(where, "a number of epochs of 1 or more", text);
  }
  return stages;
}

void read_callbacks(const json& array, const std::string& where, TrainConfig& config, Fields options,
                    Remarks& remarks) {
  if (!array.is_array()) fail_expected(where, "an array", array);
  config.early_stopping.enabled = config.reduce_lr.enabled = false;
  for (const json& callback : array) {
    JsonFields fields(callback, where);
    std::string name, state;
    fields.required("name", name);
    if (fields.read("state", state)) {
      remarks.add("callbacks: " + name, state + ": left out");
      continue;
    }
    JsonFields named(callback, where + ": " + name);
    named.find("name");
    if (name == "early_stopping") {
      read_early_stopping(named, config, options);
    } else if (name == "reduce_lr_on_plateau") {
      read_reduce_lr(named, config, options);
    } else if (name == "model_checkpoint") {
      read_model_checkpoint(named, config, options);
    } else if (name == "tensorboard" || name == "csv_logger") {
      for (const char* implied : {"log_dir", "path"}) named.find(implied);  // always written, to the run's folder
    } else {
      fail_expected(where + ": name",
                    "early_stopping, reduce_lr_on_plateau, model_checkpoint, tensorboard or csv_logger", name);
    }
    named.refuse_unknown();
  }
}

RecipeSplit read_split(const json& object, const std::string& where, Remarks& remarks) {
  JsonFields fields(object, where);
  const json *train = fields.find("train"), *validation = fields.find("validation"), *test = fields.find("test");
  for (const auto& [name, part] : {std::pair("train", train), {"validation", validation}, {"test", test}})
    check_part(part, where + ": " + name);
  RecipeSplit split;
  const std::optional<Usage> train_usage = usage_in(train), validation_usage = usage_in(validation);
  if (train_usage && validation_usage) {
    split.kind = RecipeSplit::Kind::kUsage;
    split.train = *train_usage;
    split.validation = *validation_usage;
    if (split.validation == Usage::kPrivateTest) {
      remarks.add("split",
                  "validates on PrivateTest, as the network's source did: no part is left to test on but PublicTest");
    }
  } else if (share_in(validation) > 0 || share_in(test) > 0) {
    split.kind = RecipeSplit::Kind::kRandom;
    // A file that names a share for tests and validates on it is what the field calls validation.
    const bool by_test = share_in(test) > 0;
    split.validation_share = share_in(by_test ? test : validation);
    if (by_test) split.unused_share = share_in(validation);
  } else if (train_usage && validation != nullptr && validation->is_string()) {
    fail_expected(where + ": validation", "a usage, as train has", *validation);
  } else {
    remarks.add("split", "parts of a data set of its own: DATA's own parts are used");
  }
  if (const json* unused = fields.find("unused")) split.unused_share = share_in(unused);
  const json* of = fields.find("of");
  split.of = usage_in(of);
  if (of != nullptr && !split.of && *of != "all") fail_expected(where + ": of", "all or a usage", *of);
  for (const char* name : {"seed", "random_state", "random_state_test"}) {
    const json* seed = fields.find(name);
    if (seed == nullptr || seed->is_null()) continue;
    int64_t value = 0;
    read_value(*seed, where + ": " + name, value);
    split.seed = static_cast<uint64_t>(value);
    remarks.add("split", fmt::format("seed {}: draws other rows than scikit-learn's generator does", value));
  }
  for (const char* fact : {"shuffled", "train_count", "validation_count", "test_count", "random_state_validation",
                           "validation_used_in_fit"}) {
    fields.find(fact);
  }
  fields.refuse_unknown();
  return split;
}

}  // namespace fer::train
