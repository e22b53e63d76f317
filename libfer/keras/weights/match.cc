#include "keras/weights/match.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <deque>
#include <map>
#include <set>

#include "fer/error.h"
#include "keras/weights/names.h"
#include "network/json_text.h"

namespace fer::keras_file {
namespace {

std::string shape_text(const std::vector<int64_t>& dims) { return Shape(dims).to_string(); }

[[noreturn]] void fail_at(const WeightedLayer& layer, const std::string& what) {
  throw Error(layer.place + ": weights: " + what);
}

void check(const WeightedLayer& layer, const Role& role, const Stored& dataset) {
  if (dataset.dims != role.stored) {
    fail_at(layer, fmt::format("{}: expected shape {}, found {}", role.name, shape_text(role.stored),
                               shape_text(dataset.dims)));
  }
  if (!dataset.is_float) {
    fail_at(layer, role.name + ": expected floats of 16, 32 or 64 bits, found whole numbers or another type");
  }
}

// Without what Normalization keeps beside its weights.
StoredLayer without_count(StoredLayer stored) {
  const auto at = std::find(stored.roles.begin(), stored.roles.end(), "count") - stored.roles.begin();
  if (at == static_cast<std::ptrdiff_t>(stored.roles.size())) return stored;
  stored.roles.erase(stored.roles.begin() + at);
  stored.arrays.erase(stored.arrays.begin() + at);
  return stored;
}

// A layer's roles among a file's arrays: by their names, or one after the other.
std::vector<Assignment> assign(const WeightedLayer& layer, const StoredLayer& all) {
  const StoredLayer stored = without_count(all);
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
  std::erase_if(found, [](const Assignment& one) { return one.role->parameter.empty(); });
  for (const Assignment& one : found) check(layer, *one.role, *one.dataset);
  return found;
}

void append(std::vector<Assignment>& all, std::vector<Assignment> more) {
  all.insert(all.end(), more.begin(), more.end());
}

// Why a file's layers cannot be taken in order; `missing` is the first that no name tells.
void expect_order(const std::vector<StoredLayer>& stored, const std::vector<Leaf>& leaves,
                  const std::vector<const StoredLayer*>& named, const WeightedLayer& missing) {
  if (stored.size() != leaves.size()) {
    fail_at(missing,
            fmt::format("expected a layer of that name, or {} layers in all, found {}", leaves.size(), stored.size()));
  }
  if (are_renumbered(stored, leaves)) return;
  for (size_t i = 0; i < leaves.size(); ++i) {
    if (named[i] == nullptr || named[i] == &stored[i]) continue;
    fail_at(missing, fmt::format("expected a layer of that name, or the network's order, found {} in the place of {}",
                                 shown(stored[i].name), shown(leaves[i].layer->name)));
  }
}

std::string order_note(const std::vector<StoredLayer>& stored, const std::vector<Leaf>& leaves,
                       const std::vector<size_t>& by_order) {
  constexpr size_t kShown = 3;
  std::string pairs;
  for (size_t i = 0; i < std::min(by_order.size(), kShown); ++i) {
    pairs += fmt::format("{} {} from {}", i > 0 ? "," : "", leaves[by_order[i]].layer->place,
                         shown(stored[by_order[i]].name));
  }
  if (by_order.size() > kShown) pairs += ", ...";
  return fmt::format("weights of {} layer{} taken by order, as no name fits:{}", by_order.size(),
                     by_order.size() == 1 ? "" : "s", pairs);
}

FullMatch match_listed(const Stored& weights, const WeightedLayer& model) {
  const std::vector<StoredLayer> stored = stored_layers(weights);
  const std::vector<Leaf> leaves = leaves_of(model);
  const std::vector<const StoredLayer*> named = match_names(stored, leaves);
  const auto missing = std::find(named.begin(), named.end(), nullptr);
  const bool all_named = missing == named.end();
  if (!all_named) expect_order(stored, leaves, named, *leaves[missing - named.begin()].layer);
  FullMatch match;
  std::vector<size_t> by_order;
  for (size_t i = 0; i < leaves.size(); ++i) {
    const StoredLayer& chosen = all_named ? *named[i] : stored[i];
    if (named[i] != &chosen) by_order.push_back(i);
    append(match.assignments, assign(*leaves[i].layer, chosen));
  }
  if (!by_order.empty()) match.notes.push_back(order_note(stored, leaves, by_order));
  return match;
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
      const Stored* group = nullptr;
      if (groups.size() == layers.size()) group = groups[i].second;
      // (Some may have layers' names instead. Where there are more, "conv2d_1" would be a number taken for a name.)
      if (groups.size() < layers.size()) group = container.find(layer.name);
      if (group == nullptr) {
        fail_at(layer, fmt::format("expected {} groups {}, found {}", layers.size(), type, groups.size()));
      }
      if (!layer.is_model) {
        const std::vector<const Stored*> arrays = vars_of(*group);
        append(all, assign(layer, {"", "", "", type, std::vector<std::string>(arrays.size()), arrays}));
      } else if (const Stored* inner = container_of(*group)) {
        append(all, match_by_class(*inner, layer));
      } else {
        fail_at(layer, "expected a group layers, found none");
      }
    }
  }
  return all;
}

bool fits(const WeightedLayer& layer, const StoredLayer& stored) {
  try {
    assign(layer, stored);
    return true;
  } catch (const Error&) {
    return false;
  }
}

using Found = std::vector<const StoredLayer*>;  // of each leaf, or nullptr

// Names, those of ResNets from before Keras 2.3 too.
Found find_names(const std::vector<StoredLayer>& stored, const std::vector<Leaf>& leaves) {
  Found found = match_names(stored, leaves);
  std::set<const StoredLayer*> taken(found.begin(), found.end());
  std::map<std::string, const StoredLayer*> modern;
  for (const StoredLayer& layer : stored) {
    if (layer.group.empty()) continue;
    const std::string name = layer.name.substr(layer.name.rfind('/') + 1);
    const auto [entry, is_new] = modern.emplace(modern_resnet_name(name), &layer);
    if (!is_new) entry->second = nullptr;  // two of one name
  }
  for (size_t i = 0; i < leaves.size(); ++i) {
    const auto other = modern.find(modern_resnet_name(leaves[i].layer->name));
    const bool known = other != modern.end() && other->second != nullptr;
    if (found[i] == nullptr && known && taken.insert(other->second).second) found[i] = other->second;
  }
  return found;
}

// The file's first layers are the network's first, of each class where the file tells classes.
Found find_order(const std::vector<StoredLayer>& stored, const std::vector<Leaf>& leaves) {
  Found found(leaves.size(), nullptr);
  std::map<std::string, std::deque<const StoredLayer*>> queues;
  for (const StoredLayer& layer : stored) queues[layer.type].push_back(&layer);
  for (size_t i = 0; i < leaves.size(); ++i) {
    std::deque<const StoredLayer*>& queue = queues[queues.contains("") ? "" : leaves[i].layer->type];
    if (queue.empty() || !fits(*leaves[i].layer, *queue.front())) break;
    found[i] = queue.front();
    queue.pop_front();
  }
  return found;
}

bool is_empty(const Found& found) {
  return std::all_of(found.begin(), found.end(), [](const StoredLayer* one) { return one == nullptr; });
}

}  // namespace

FullMatch match_all(const Stored& weights, const WeightedLayer& model) {
  if (is_by_class(weights)) return {match_by_class(*container_of(weights), model), {}};
  return match_listed(weights, model);
}

PartialMatch match_some(const Stored& weights, const WeightedLayer& model) {
  const std::vector<StoredLayer> stored = stored_layers(weights);
  const std::vector<Leaf> leaves = leaves_of(model);
  Found found = find_names(stored, leaves);
  if (is_empty(found)) found = find_order(stored, leaves);
  if (is_empty(found)) {
    if (leaves.empty() || stored.empty()) throw Error("expected layers with weights on both sides, found none");
    throw Error("expected layers of the network's names or shapes, found none; the first is " + shown(stored[0].name));
  }
  PartialMatch match;
  for (size_t i = 0; i < leaves.size(); ++i) {
    (found[i] != nullptr ? match.filled : match.left).push_back(leaves[i].layer);
    if (found[i] != nullptr) append(match.assignments, assign(*leaves[i].layer, *found[i]));
  }
  const std::set<const StoredLayer*> used(found.begin(), found.end());
  for (const StoredLayer& layer : stored) {
    if (!used.contains(&layer)) match.unused.push_back(layer.name);
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
