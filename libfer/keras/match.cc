#include "keras/match.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <deque>
#include <map>

#include "fer/error.h"
#include "network/json_text.h"

namespace fer::keras_file {
namespace {

std::string shape_text(const std::vector<int64_t>& dims) { return Shape(dims).to_string(); }

[[noreturn]] void fail_at(const WeightedLayer& layer, const std::string& what) {
  throw Error(layer.place + ": weights: " + what);
}

std::vector<const WeightedLayer*> leaves_of(const WeightedLayer& model) {
  std::vector<const WeightedLayer*> leaves;
  for (const WeightedLayer& layer : model.layers) {
    if (!layer.roles.empty()) leaves.push_back(&layer);
    const std::vector<const WeightedLayer*> below = leaves_of(layer);
    leaves.insert(leaves.end(), below.begin(), below.end());
  }
  return leaves;
}

void check(const WeightedLayer& layer, const Role& role, const Stored& dataset) {
  if (dataset.dims != role.stored) {
    fail_at(layer, fmt::format("{}: expected shape {}, found {}", role.name, shape_text(role.stored),
                               shape_text(dataset.dims)));
  }
  if (!dataset.is_float) fail_at(layer, role.name + ": expected floats of 16, 32 or 64 bits, found another type");
}

// A layer's roles among a file's arrays: by their names, or one after the other.
std::vector<Assignment> assign(const WeightedLayer& layer, const StoredLayer& stored) {
  std::vector<Assignment> found;
  for (const Role& role : layer.roles) {
    const auto at = std::find(stored.roles.begin(), stored.roles.end(), role.name);
    if (at != stored.roles.end()) found.push_back({&role, stored.arrays[at - stored.roles.begin()]});
  }
  const auto may_miss = [](const Role& role) { return role.may_miss; };
  const auto optional = static_cast<size_t>(std::count_if(layer.roles.begin(), layer.roles.end(), may_miss));
  const bool named = found.size() == stored.arrays.size() && found.size() + optional >= layer.roles.size();
  if (!named && stored.arrays.size() == layer.roles.size()) {
    found.clear();
    for (size_t i = 0; i < layer.roles.size(); ++i) found.push_back({&layer.roles[i], stored.arrays[i]});
  } else if (!named) {
    fail_at(layer, fmt::format("expected {} arrays, found {}", layer.roles.size(), stored.arrays.size()));
  }
  for (const Assignment& one : found) check(layer, *one.role, *one.dataset);
  return found;
}

void append(std::vector<Assignment>& all, std::vector<Assignment> more) {
  all.insert(all.end(), more.begin(), more.end());
}

// By name, where it is one layer's alone.
class ByName {
 public:
  explicit ByName(const std::vector<StoredLayer>& layers) {
    for (const StoredLayer& layer : layers) {
      enter(by_name_, layer.name, layer);
      if (!layer.owner.empty()) enter(by_owner_, layer.owner, layer);
    }
  }
  const StoredLayer* find(const std::string& name) const {
    for (const auto* index : {&by_name_, &by_owner_}) {
      const auto found = index->find(name);
      if (found != index->end() && found->second != nullptr) return found->second;
    }
    return nullptr;
  }

 private:
  using Index = std::map<std::string, const StoredLayer*>;
  static void enter(Index& index, const std::string& name, const StoredLayer& layer) {
    const auto [entry, is_new] = index.emplace(name, &layer);
    if (!is_new) entry->second = nullptr;
  }
  Index by_name_, by_owner_;
};

std::vector<Assignment> match_listed(const Stored& weights, const WeightedLayer& model) {
  const std::vector<StoredLayer> stored = stored_layers(weights);
  const std::vector<const WeightedLayer*> leaves = leaves_of(model);
  const ByName names(stored);
  std::vector<const StoredLayer*> chosen;
  const WeightedLayer* missing = nullptr;
  for (const WeightedLayer* leaf : leaves) {
    chosen.push_back(names.find(leaf->name));
    if (chosen.back() == nullptr && missing == nullptr) missing = leaf;
  }
  if (missing != nullptr && stored.size() != leaves.size()) {
    fail_at(*missing,
            fmt::format("expected a layer of that name, or {} layers in all, found {}", leaves.size(), stored.size()));
  }
  std::vector<Assignment> all;
  for (size_t i = 0; i < leaves.size(); ++i) append(all, assign(*leaves[i], missing ? stored[i] : *chosen[i]));
  return all;
}

using Groups = std::vector<std::pair<int, const Stored*>>;  // by number

bool has_arrays(const Stored& group) {
  const Stored* vars = group.find("vars");
  if (vars != nullptr && !vars->members.empty()) return true;
  const Stored* inner = container_of(group);
  return inner != nullptr && std::any_of(inner->members.begin(), inner->members.end(),
                                         [](const auto& member) { return has_arrays(*member.second); });
}

// The groups of one class, in order: "conv2d", "conv2d_1", ... (in older files with gaps).
Groups groups_of(const Stored& container, const std::string& type) {
  Groups groups;
  for (const auto& [name, group] : container.members) {
    int number = 0;
    if (name != type) {
      if (!name.starts_with(type + "_")) continue;
      const char *begin = name.data() + type.size() + 1, *end = name.data() + name.size();
      const auto [stop, error] = std::from_chars(begin, end, number);
      if (error != std::errc() || stop != end) continue;
    }
    if (has_arrays(*group)) groups.emplace_back(number, group.get());
  }
  std::sort(groups.begin(), groups.end());
  return groups;
}

std::vector<Assignment> match_by_class(const Stored& container, const WeightedLayer& model) {
  std::map<std::string, std::vector<const WeightedLayer*>> types;
  for (const WeightedLayer& layer : model.layers) {
    if (layer.has_weights()) types[layer.type].push_back(&layer);
  }
  std::vector<Assignment> all;
  for (const auto& [type, layers] : types) {
    const Groups groups = groups_of(container, type);
    for (size_t i = 0; i < layers.size(); ++i) {
      const WeightedLayer& layer = *layers[i];
      const Stored* group = groups.size() == layers.size() ? groups[i].second : container.find(layer.name);
      if (group == nullptr) {
        fail_at(layer, fmt::format("expected {} groups {}, found {}", layers.size(), type, groups.size()));
      }
      if (!layer.is_model) {
        const std::vector<const Stored*> arrays = vars_of(*group);
        append(all, assign(layer, {"", "", type, std::vector<std::string>(arrays.size()), arrays}));
      } else if (const Stored* inner = container_of(*group)) {
        append(all, match_by_class(*inner, layer));
      } else {
        fail_at(layer, "expected a group layers, found none");
      }
    }
  }
  return all;
}

const StoredLayer* find_any_name(const ByName& names, const std::map<std::string, std::string>& modern,
                                 const std::string& name) {
  if (const StoredLayer* found = names.find(name)) return found;
  const auto other = modern.find(modern_resnet_name(name));
  return other == modern.end() ? nullptr : names.find(other->second);
}

bool fits(const WeightedLayer& layer, const StoredLayer& stored) {
  try {
    assign(layer, stored);
    return true;
  } catch (const Error&) {
    return false;
  }
}

void use(PartialMatch& match, std::vector<const StoredLayer*>& used, const WeightedLayer& layer,
         const StoredLayer& stored) {
  append(match.assignments, assign(layer, stored));
  match.filled.push_back(&layer);
  used.push_back(&stored);
}

void match_by_name(const std::vector<StoredLayer>& stored, const std::vector<const WeightedLayer*>& leaves,
                   PartialMatch& match, std::vector<const StoredLayer*>& used) {
  const ByName names(stored);
  std::map<std::string, std::string> modern;
  for (const StoredLayer& layer : stored) modern.emplace(modern_resnet_name(layer.name), layer.name);
  for (const WeightedLayer* leaf : leaves) {
    const StoredLayer* found = find_any_name(names, modern, leaf->name);
    if (found != nullptr) use(match, used, *leaf, *found);
  }
}

// The file's first layers are the network's first, of each class where the file tells classes.
void match_by_order(const std::vector<StoredLayer>& stored, const std::vector<const WeightedLayer*>& leaves,
                    PartialMatch& match, std::vector<const StoredLayer*>& used) {
  std::map<std::string, std::deque<const StoredLayer*>> queues;
  for (const StoredLayer& layer : stored) queues[layer.type].push_back(&layer);
  for (const WeightedLayer* leaf : leaves) {
    std::deque<const StoredLayer*>& queue = queues[queues.contains("") ? "" : leaf->type];
    if (queue.empty() || !fits(*leaf, *queue.front())) break;
    use(match, used, *leaf, *queue.front());
    queue.pop_front();
  }
}

}  // namespace

std::vector<Assignment> match_all(const Stored& weights, const WeightedLayer& model) {
  return is_by_class(weights) ? match_by_class(*container_of(weights), model) : match_listed(weights, model);
}

PartialMatch match_some(const Stored& weights, const WeightedLayer& model) {
  const std::vector<StoredLayer> stored = stored_layers(weights);
  const std::vector<const WeightedLayer*> leaves = leaves_of(model);
  PartialMatch match;
  std::vector<const StoredLayer*> used;
  match_by_name(stored, leaves, match, used);
  if (match.filled.empty()) match_by_order(stored, leaves, match, used);
  if (match.filled.empty()) {
    if (leaves.empty() || stored.empty()) throw Error("expected layers with weights on both sides, found none");
    throw Error("expected layers of the network's names or shapes, found none; the first is " + shown(stored[0].name));
  }
  for (const WeightedLayer* leaf : leaves) {
    if (std::find(match.filled.begin(), match.filled.end(), leaf) == match.filled.end()) match.left.push_back(leaf);
  }
  for (const StoredLayer& layer : stored) {
    if (std::find(used.begin(), used.end(), &layer) == used.end()) match.unused.push_back(layer.name);
  }
  return match;
}

std::string modern_resnet_name(const std::string& name) {
  if (name == "conv1") return "conv1_conv";
  if (name == "bn_conv1") return "conv1_bn";
  const bool norm = name.starts_with("bn");
  if (!norm && !name.starts_with("res")) return name;
  // "res" or "bn", a stage, a letter (of long stages "b" and a number), "_branch", and "1" or "2" with a letter.
  const std::string rest = name.substr(norm ? 2 : 3);
  const size_t branch = rest.find("_branch");
  if (branch == rest.npos || branch < 2 || rest[0] < '2' || rest[0] > '5') return name;
  const char letter = rest[1];
  int block = letter - 'a' + 1;
  if (branch > 2) {
    const auto [stop, error] = std::from_chars(rest.data() + 2, rest.data() + branch, block);
    if (error != std::errc() || stop != rest.data() + branch || letter != 'b' || block > 1000) return name;
    ++block;
  }
  const std::string part = rest.substr(branch + 7);
  constexpr std::array<const char*, 4> kParts = {"1", "2a", "2b", "2c"};
  const auto at = std::find(kParts.begin(), kParts.end(), part);
  if (letter < 'a' || letter > 'z' || at == kParts.end()) return name;
  return fmt::format("conv{}_block{}_{}_{}", rest[0], block, at - kParts.begin(), norm ? "bn" : "conv");
}

}  // namespace fer::keras_file
