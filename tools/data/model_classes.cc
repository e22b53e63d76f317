#include "tools/data/model_classes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "fer/error.h"
#include "fer/new_head.h"

namespace fer::cli {
namespace {

using Names = std::vector<std::string>;

std::vector<ClassRule> own_rules(const Model& model) {
  return model.classes.empty() ? rules_of_names(model.network.class_names) : model.classes;
}

std::set<std::string> canonical(const std::vector<ClassRule>& rules) {
  std::set<std::string> names;
  for (const ClassRule& rule : rules) names.insert(canonical_class_name(rule.name));
  return names;
}

// The rules in the order, and under the names, of the model's own, which are the same classes.
std::vector<ClassRule> in_order_of(const std::vector<ClassRule>& own, const std::vector<ClassRule>& rules) {
  std::vector<ClassRule> ordered;
  for (const ClassRule& of_model : own) {
    const auto is_it = [&](const ClassRule& rule) {
      return canonical_class_name(rule.name) == canonical_class_name(of_model.name);
    };
    ordered.push_back(*std::ranges::find_if(rules, is_it));
    ordered.back().name = of_model.name;
  }
  return ordered;
}

std::string name_list(const Names& names) { return fmt::format("{}", fmt::join(names, ", ")); }

void give_head(OpenedData& opened, const std::vector<ClassRule>& rules, const std::string& name, uint64_t seed,
               Model& model) {
  const Names before = model.network.class_names;
  const int64_t outputs = class_count(model.network);
  model = with_new_head(std::move(model), opened.data.class_names, seed);
  model.classes = rules;
  opened.notes.push_back(fmt::format(
      "{}: gets a new head (layer {}, first weights from the seed) of {} classes ({}) in place of {}{}; all weights "
      "before it are the model's",
      name, head_name(model.network), opened.data.class_names.size(), name_list(opened.data.class_names), outputs,
      before.empty() ? "" : " (" + name_list(before) + ")"));
}

// Where some classes of the two are not the same: what could be done about it.
void note_difference(OpenedData& opened, const Names& data_names, const std::string& name, const Model& model) {
  const std::vector<ClassRule> rules = own_rules(model);
  const std::vector<uint8_t> map = class_map(data_names, rules);
  const std::set<uint8_t> found(map.begin(), map.end());
  if (rules.empty() || (found.size() == rules.size() && !found.contains(kNoLabel))) return;
  Names escaped;
  for (const std::string& of_data : data_names) escaped.push_back(escaped_class_name(of_data));
  opened.notes.push_back(fmt::format("{}: keeps its {} classes ({}); --classes {} gives it a new head for the data's",
                                     name, rules.size(), name_list(model.network.class_names),
                                     fmt::join(escaped, ",")));
}

}  // namespace

void match_model_classes(OpenedData& opened, const DataOptions& options, const std::string& name, uint64_t seed,
                         Model& model) {
  const std::vector<ClassRule> own = own_rules(model);
  if (!options.classes.empty()) {
    std::vector<ClassRule> rules = parse_classes(options.classes);
    const bool same = !own.empty() && rules.size() == own.size() && canonical(rules) == canonical(own);
    if (same) rules = in_order_of(own, rules);
    apply_class_rules(opened, rules, true);
    if (!same) return give_head(opened, rules, name, seed, model);
    model.classes = rules;
    return;
  }
  const Names names = opened.data.class_names;
  const std::vector<uint8_t> map = class_map(names, own);
  const bool any = std::ranges::any_of(map, [](uint8_t c) { return c != kNoLabel; });
  const bool numbered = own.empty() && static_cast<int64_t>(names.size()) == class_count(model.network);
  if (any || numbered || opened.data.labels.empty()) {
    apply_model_classes(opened, model);
    return note_difference(opened, names, name, model);
  }
  give_head(opened, rules_of_names(names), name, seed, model);
}

}  // namespace fer::cli
