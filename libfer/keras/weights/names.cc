#include "keras/weights/names.h"

#include <algorithm>
#include <map>
#include <set>

#include "network/limits.h"

namespace fer::keras_file {
namespace {

using Names = std::vector<std::string>;

constexpr size_t kMaxScopes = 4;  // that may stand before a layer's name in its weights' names
constexpr int kRounds = 3;

void add_leaves(const WeightedLayer& model, const Names& above, std::vector<Leaf>& leaves) {
  for (const WeightedLayer& layer : model.layers) {
    if (!layer.roles.empty()) {
      Leaf& leaf = leaves.emplace_back(Leaf{&layer, above.empty() ? layer.name : above.front(), {}});
      std::string path = layer.name;
      leaf.paths = {path};
      for (size_t i = above.size(); i-- > 0;) leaf.paths.insert(leaf.paths.begin(), path = above[i] + "/" + path);
    }
    if (layer.layers.empty()) continue;
    Names inner = above;
    inner.push_back(layer.name);
    add_leaves(layer, inner, leaves);
  }
}

// "model/vgg/conv", "vgg/conv", "conv". None of what is longer than a layer's name may be.
Names tails_of(const std::string& owner) {
  Names tails;
  if (owner.empty() || owner.size() > kMaxNameBytes) return tails;
  for (size_t begin = 0; tails.size() <= kMaxScopes;) {
    tails.push_back(owner.substr(begin));
    const size_t slash = owner.find('/', begin);
    if (slash == owner.npos) break;
    begin = slash + 1;
  }
  return tails;
}

// What is known by a name, where that is one thing alone.
class Index {
 public:
  void add(const Names& names, int i) {
    for (const std::string& name : names) {
      const auto [entry, is_new] = by_name_.emplace(name, i);
      if (!is_new && entry->second != i) entry->second = -1;
    }
  }
  int find(const std::string& name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? -1 : found->second;
  }

 private:
  std::map<std::string, int> by_name_;
};

class Matching {
 public:
  Matching(const std::vector<StoredLayer>& stored, const std::vector<Leaf>& leaves)
      : stored_(stored), leaves_(leaves), found_(leaves.size(), nullptr), taken_(stored.size(), false) {
    for (const StoredLayer& layer : stored) ++in_group_[layer.group];
    for (const Leaf& leaf : leaves) ++in_top_[leaf.top];
  }

  // Within the group that has the name of the layer of the whole model.
  void match_in_groups() {
    match([&](const Leaf& leaf) { return names_in_top(leaf); },
          [&](const StoredLayer& layer) { return names_in_group(layer, layer.owner); });
  }

  // TensorFlow makes names unique that an earlier model has: "conv_1/kernel" is conv's. Where no name of a group fits.
  void match_made_unique() {
    std::set<std::string> named;
    for (size_t i = 0; i < leaves_.size(); ++i) {
      if (found_[i] != nullptr) named.insert(leaves_[i].top);
    }
    match([&](const Leaf& leaf) { return named.contains(leaf.top) ? Names() : names_in_top(leaf); },
          [&](const StoredLayer& layer) { return names_in_group(layer, split_number(layer.owner).base); });
  }

  // For a backbone alone, or for a network whose layers have the names of models in theirs.
  void match_anywhere() {
    match([](const Leaf& leaf) { return leaf.paths; },
          [&](const StoredLayer& layer) {
            Names names = tails_of(layer.owner);
            if (layer.group.empty()) return names;
            if (in_group_.at(layer.group) == 1) names.insert(names.begin(), layer.group);
            if (!layer.owner.empty()) names.push_back(layer.group + "/" + layer.owner);
            return names;
          });
  }

  const std::vector<const StoredLayer*>& found() const { return found_; }

 private:
  // By names that one leaf and one stored layer have alone. (What others had may be theirs alone in the next round.)
  template <class NamesOfLeaf, class NamesOfStored>
  void match(const NamesOfLeaf& names_of_leaf, const NamesOfStored& names_of_stored) {
    bool more = true;
    for (int round = 0; round < kRounds && more; ++round) {
      Index leaves, stored;
      std::vector<Names> names(leaves_.size());
      for (size_t i = 0; i < leaves_.size(); ++i) {
        if (found_[i] == nullptr) leaves.add(names[i] = names_of_leaf(leaves_[i]), static_cast<int>(i));
      }
      for (size_t j = 0; j < stored_.size(); ++j) {
        if (!taken_[j]) stored.add(names_of_stored(stored_[j]), static_cast<int>(j));
      }
      more = false;
      for (size_t i = 0; i < leaves_.size(); ++i) more |= take(static_cast<int>(i), names[i], leaves, stored);
    }
  }

  bool take(int leaf, const Names& names, const Index& leaves, const Index& stored) {
    for (const std::string& name : names) {
      const int j = stored.find(name);
      if (j < 0 || taken_[j] || leaves.find(name) != leaf) continue;
      found_[leaf] = &stored_[j];
      taken_[j] = true;
      return true;
    }
    return false;
  }

  // (A NUL stands between the group's name and the one in it; the only one of its group needs none.)
  Names names_in_top(const Leaf& leaf) const { return in_scope(leaf.top, leaf.paths, in_top_.at(leaf.top) == 1); }
  Names names_in_group(const StoredLayer& layer, const std::string& owner) const {
    return in_scope(layer.group, tails_of(owner), in_group_.at(layer.group) == 1);
  }
  static Names in_scope(const std::string& scope, Names names, bool is_only) {
    for (std::string& name : names) name.insert(0, scope + '\0');
    if (is_only && !scope.empty()) names.insert(names.begin(), scope);
    return names;
  }

  const std::vector<StoredLayer>& stored_;
  const std::vector<Leaf>& leaves_;
  std::vector<const StoredLayer*> found_;
  std::vector<bool> taken_;
  std::map<std::string, int> in_group_, in_top_;
};

}  // namespace

std::vector<Leaf> leaves_of(const WeightedLayer& model) {
  std::vector<Leaf> leaves;
  add_leaves(model, {}, leaves);
  return leaves;
}

std::vector<const StoredLayer*> match_names(const std::vector<StoredLayer>& stored, const std::vector<Leaf>& leaves) {
  Matching matching(stored, leaves);
  matching.match_in_groups();
  matching.match_made_unique();
  matching.match_anywhere();
  return matching.found();
}

bool are_renumbered(const std::vector<StoredLayer>& stored, const std::vector<Leaf>& leaves) {
  if (stored.size() != leaves.size()) return false;
  std::map<std::string, int64_t> shifts;
  for (size_t i = 0; i < leaves.size(); ++i) {
    const NumberedName in_file = split_number(stored[i].name), in_model = split_number(leaves[i].layer->name);
    const int64_t shift = int64_t{in_model.number} - in_file.number;
    if (in_file.base != in_model.base || shifts.emplace(in_file.base, shift).first->second != shift) return false;
  }
  return true;
}

}  // namespace fer::keras_file
