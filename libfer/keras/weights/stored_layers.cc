// The layers of a file, in both layouts.
#include "keras/hdf5/stored_layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <string_view>
#include <tuple>

#include "fer/error.h"
#include "network/json_text.h"
#include "network/limits.h"

namespace fer::keras_file {
namespace {

constexpr std::array kContainers = {"layers", "_layer_checkpoint_dependencies"};

constexpr std::array kRoles = {
    "kernel",           "bias",  "gamma", "beta", "moving_mean", "moving_variance", "depthwise_kernel",
    "pointwise_kernel", "alpha", "count"};

// How Keras 1 ends the names of weights.
struct Ending {
  std::string_view ending;
  const char* role;
};
constexpr std::array<Ending, 9> kEndings = {{{"_alphas", "alpha"},
                                             {"_depthwise_kernel", "depthwise_kernel"},
                                             {"_pointwise_kernel", "pointwise_kernel"},
                                             {"_running_mean", "moving_mean"},
                                             {"_running_std", "moving_variance"},  // a variance all the same
                                             {"_gamma", "gamma"},
                                             {"_beta", "beta"},
                                             {"_W", "kernel"},
                                             {"_b", "bias"}}};

struct WeightName {
  std::string owner, role;
};

// "block/conv/kernel:0" is block/conv's kernel, "conv_W:0" conv's; and so with the "_1" that makes names unique in
// TensorFlow.
WeightName parse_weight(const std::string& text) {
  const size_t slash = text.rfind('/');
  const std::string scopes = slash == text.npos ? "" : text.substr(0, slash + 1);
  const std::string above = scopes.substr(0, scopes.empty() ? 0 : slash);
  std::string last = text.substr(scopes.size());
  last.resize(std::min(last.find(':'), last.size()));
  for (const std::string& name : {last, split_number(last).base}) {
    if (std::find(kRoles.begin(), kRoles.end(), name) != kRoles.end()) return {above, name};
    // (Normalization's.)
    if (name == "mean" || name == "variance") return {above, "moving_" + name};
    for (const auto& [ending, role] : kEndings) {
      if (name.ends_with(ending)) return {scopes + name.substr(0, name.size() - ending.size()), role};
    }
  }
  return {above, ""};
}

// One layer, or those of a model within the model, as the names of the weights tell.
void add_group(const Stored& group, const std::string& name, std::vector<StoredLayer>& layers) {
  const size_t first = layers.size();
  const std::vector<std::string> weights = group.list("weight_names");
  if (!weights.empty() && name.size() > kMaxNameBytes) {
    throw Error(fmt::format("layer_names: expected at most {} bytes, found {}", kMaxNameBytes, shown(name)));
  }
  std::map<std::string, size_t> by_owner;
  for (const std::string& weight : weights) {
    const Stored* dataset = group.find(weight);
    if (dataset == nullptr || !dataset->is_dataset) {
      throw Error(fmt::format("'{}': expected a dataset {}, found none", group.path, shown(weight)));
    }
    const WeightName parsed = parse_weight(weight);
    const auto [entry, is_new] = by_owner.emplace(parsed.owner, layers.size());
    if (is_new) layers.push_back({name, name, parsed.owner, "", {}, {}});
    layers[entry->second].roles.push_back(parsed.role);
    layers[entry->second].arrays.push_back(dataset);
  }
  if (layers.size() - first < 2) return;
  for (size_t i = first; i < layers.size(); ++i) layers[i].name = layers[i].owner;
}

std::string given_name(const Stored& group) {
  for (const Stored* at : {&group, group.find("vars")}) {
    if (at == nullptr) continue;
    const auto name = at->texts.find("name");
    if (name != at->texts.end() && name->second.size() == 1) return name->second[0];
  }
  return "";
}

void add_by_class(const Stored& container, std::vector<StoredLayer>& layers) {
  std::vector<std::tuple<std::string, int, std::string, const Stored*>> groups;
  for (const auto& [name, group] : container.members) {
    const NumberedName numbered = split_number(name);
    groups.emplace_back(numbered.base, numbered.number, name, group.get());
  }
  std::sort(groups.begin(), groups.end());
  for (const auto& [type, number, name, group] : groups) {
    if (const Stored* inner = container_of(*group)) {
      add_by_class(*inner, layers);
      continue;
    }
    // (The group's name says which layer of its class it is, not what it is called.)
    const std::string given = given_name(*group);
    StoredLayer layer = {given.empty() ? name : given, given, "", type, {}, vars_of(*group)};
    layer.roles.resize(layer.arrays.size());
    if (!layer.arrays.empty()) layers.push_back(std::move(layer));
  }
}

}  // namespace

NumberedName split_number(const std::string& name) {
  NumberedName split = {name, 0};
  const size_t last = name.find_last_not_of("0123456789");
  if (last == name.npos || last + 1 == name.size() || name[last] != '_') return split;
  const char *begin = name.data() + last + 1, *end = name.data() + name.size();
  if (std::from_chars(begin, end, split.number).ec == std::errc()) split.base.resize(last);
  return split;
}

const Stored* container_of(const Stored& group) {
  for (const char* name : kContainers) {
    if (const Stored* found = group.find(name); found != nullptr && !found->members.empty()) return found;
  }
  return nullptr;
}

std::vector<const Stored*> vars_of(const Stored& group) {
  std::vector<const Stored*> arrays;
  const Stored* vars = group.find("vars");
  while (vars != nullptr) {
    const Stored* next = vars->find(std::to_string(arrays.size()));
    if (next == nullptr || !next->is_dataset) break;
    arrays.push_back(next);
  }
  return arrays;
}

bool is_by_class(const Stored& weights) { return container_of(weights) != nullptr; }

const Stored& weights_of(const Stored& root) {
  const Stored* below = root.find("model_weights");
  const Stored& weights = below != nullptr ? *below : root;
  if (weights.has_list("layer_names") || is_by_class(weights)) return weights;
  if (root.texts.contains("nb_layers") || root.find("layer_0") != nullptr) {
    throw Error("expected weights as Keras 1 and later keep them, found an older form (layer_0/param_0)");
  }
  throw Error("expected Keras's weights (layer_names, or the group layers), found none");
}

std::vector<StoredLayer> stored_layers(const Stored& weights) {
  std::vector<StoredLayer> layers;
  if (is_by_class(weights)) {
    add_by_class(*container_of(weights), layers);
    return layers;
  }
  for (const std::string& name : weights.list("layer_names")) {
    const Stored* group = weights.find(name);
    if (group == nullptr) throw Error(fmt::format("layer_names: expected a group {}, found none", shown(name)));
    add_group(*group, name, layers);
  }
  return layers;
}

}  // namespace fer::keras_file
