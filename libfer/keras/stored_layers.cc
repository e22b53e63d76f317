// The layers of a file, in both layouts.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "fer/error.h"
#include "keras/match.h"
#include "network/json_text.h"

namespace fer::keras_file {
namespace {

constexpr std::array kContainers = {"layers", "_layer_checkpoint_dependencies"};

// How Keras calls a role, in version 1 ("_W") and after; the longest first.
struct RoleName {
  const char *keras_1, *role;
};
constexpr std::array<RoleName, 8> kRoles = {{{"_running_mean", "moving_mean"},
                                             {"_running_std", "moving_variance"},  // a variance all the same
                                             {"_gamma", "gamma"},
                                             {"_beta", "beta"},
                                             {"_W", "kernel"},
                                             {"_b", "bias"},
                                             {nullptr, "depthwise_kernel"},
                                             {nullptr, "pointwise_kernel"}}};

// Without ":0" and without the "_1" that makes names unique in TensorFlow.
std::string base_of(std::string name, bool strip_number) {
  if (const size_t colon = name.rfind(':'); colon != name.npos) name.resize(colon);
  const size_t digits = name.find_last_not_of("0123456789");
  if (strip_number && digits != name.npos && digits + 1 < name.size() && name[digits] == '_') name.resize(digits);
  return name;
}

struct WeightName {
  std::string owner, role;
};

// "block/conv/kernel:0" is conv's kernel, "conv_W:0" too.
WeightName parse_weight(const std::string& text) {
  const size_t slash = text.rfind('/');
  const std::string last = slash == text.npos ? text : text.substr(slash + 1);
  for (const bool strip : {false, true}) {
    const std::string name = base_of(last, strip);
    for (const RoleName& role : kRoles) {
      if (slash != text.npos && name == role.role) break;
      if (role.keras_1 != nullptr && name.ends_with(role.keras_1)) {
        return {name.substr(0, name.size() - std::string_view(role.keras_1).size()), role.role};
      }
    }
    for (const char* role : {"kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance", "depthwise_kernel",
                             "pointwise_kernel"}) {
      if (name != role) continue;
      const std::string above = slash == text.npos ? "" : text.substr(0, slash);
      return {above.substr(above.rfind('/') + 1), role};
    }
  }
  return {};
}

// One layer, or those of a model within the model, as the names of the weights tell.
void add_group(const Stored& group, const std::string& name, std::vector<StoredLayer>& layers) {
  const size_t first = layers.size();
  for (const std::string& weight : group.list("weight_names")) {
    const Stored* dataset = group.find(weight);
    if (dataset == nullptr || !dataset->is_dataset) {
      throw Error(fmt::format("'{}': expected a dataset {}, found none", group.path, shown(weight)));
    }
    const WeightName parsed = parse_weight(weight);
    const auto found = std::find_if(layers.begin() + static_cast<std::ptrdiff_t>(first), layers.end(),
                                    [&](const StoredLayer& layer) { return layer.owner == parsed.owner; });
    StoredLayer& layer =
        found != layers.end() ? *found : layers.emplace_back(StoredLayer{name, parsed.owner, "", {}, {}});
    layer.roles.push_back(parsed.role);
    layer.arrays.push_back(dataset);
  }
  if (layers.size() - first < 2) return;
  for (size_t i = first; i < layers.size(); ++i) layers[i].name = layers[i].owner;
}

int number_after(const std::string& name, const std::string& base) {
  if (name.size() == base.size()) return 0;
  int number = 0;
  std::from_chars(name.data() + base.size() + 1, name.data() + name.size(), number);
  return number;
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
  std::vector<std::pair<std::string, const Stored*>> groups;
  for (const auto& [name, group] : container.members) groups.emplace_back(name, group.get());
  std::stable_sort(groups.begin(), groups.end(), [](const auto& a, const auto& b) {
    const std::string base_a = base_of(a.first, true), base_b = base_of(b.first, true);
    if (base_a != base_b) return base_a < base_b;
    return number_after(a.first, base_a) < number_after(b.first, base_b);
  });
  for (const auto& [name, group] : groups) {
    if (const Stored* inner = container_of(*group)) {
      add_by_class(*inner, layers);
      continue;
    }
    StoredLayer layer = {name, given_name(*group), base_of(name, true), {}, vars_of(*group)};
    layer.roles.resize(layer.arrays.size());
    if (!layer.arrays.empty()) layers.push_back(std::move(layer));
  }
}

}  // namespace

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
