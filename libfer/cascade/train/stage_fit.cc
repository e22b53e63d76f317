#include "cascade/train/stage_fit.h"

#include <algorithm>

namespace fer::cascade {
namespace {

constexpr size_t kFewSamples = 10;  // a node below the root with no more is a leaf, as in OpenCV

// A place of the tree that becomes a node or a leaf: its depth, and which child of which node it is.
struct TreePlace {
  int depth = 0, parent = -1;
  bool left = false;
};

// The samples of one place; others have no weight.
struct Members {
  std::vector<Weighted> samples;
  Weighted sums;
  size_t active = 0;
};

Members members_of(std::span<const Weighted> all, const std::vector<uint32_t>& place_of, uint32_t place) {
  Members members{std::vector<Weighted>(all.size()), {}, 0};
  for (size_t i = 0; i < all.size(); ++i) {
    if (place_of[i] != place || all[i].w == 0) continue;
    members.samples[i] = all[i];
    members.sums.w += all[i].w;
    members.sums.wy += all[i].wy;
    ++members.active;
  }
  return members;
}

class TreeFitter {
 public:
  TreeFitter(const SplitSearch& search, const BoostWeights& weights, int max_depth,
             const std::function<void(double)>& searching)
      : search_(search), weights_(weights), max_depth_(max_depth), searching_(searching) {
    fitted_.answers.resize(search.table().size());
    place_of_.resize(search.table().size());
  }

  // From the root down, so that children come after their parents.
  std::optional<FittedTree> fit() {
    for (size_t p = 0; p < places_.size(); ++p) {
      const TreePlace place = places_[p];
      const Members members = members_of(weights_.samples(), place_of_, static_cast<uint32_t>(p));
      const bool may_split = place.depth < max_depth_ && (p == 0 || members.active > kFewSamples);
      const Split split = may_split ? search_.best(members.samples, weights_.criterion(), searching_) : Split();
      if (split.feature >= 0) {
        add_node(place, static_cast<uint32_t>(p), split);
      } else if (p == 0) {
        return std::nullopt;
      } else {
        add_leaf(place, static_cast<uint32_t>(p), static_cast<float>(weights_.leaf(members.sums)));
      }
    }
    return std::move(fitted_);
  }

 private:
  void link(const TreePlace& place, int child) {
    if (place.parent < 0) return;
    HaarNode& parent = fitted_.tree.nodes[static_cast<size_t>(place.parent)];
    (place.left ? parent.left : parent.right) = child;
  }

  void add_node(const TreePlace& place, uint32_t p, const Split& split) {
    const auto index = static_cast<int>(fitted_.tree.nodes.size());
    link(place, index);
    fitted_.tree.nodes.push_back({.feature = split.feature, .threshold = split.threshold});
    const auto left = static_cast<uint32_t>(places_.size());
    places_.push_back({place.depth + 1, index, true});
    places_.push_back({place.depth + 1, index, false});
    const HaarFeature& feature = search_.features()[static_cast<size_t>(split.feature)];
    for (size_t i = 0; i < place_of_.size(); ++i) {
      if (place_of_[i] == p) place_of_[i] = search_.table().value(feature, i) < split.threshold ? left : left + 1;
    }
  }

  void add_leaf(const TreePlace& place, uint32_t p, float value) {
    link(place, -static_cast<int>(fitted_.tree.leaves.size()));
    fitted_.tree.leaves.push_back(value);
    for (size_t i = 0; i < place_of_.size(); ++i) {
      if (place_of_[i] == p) fitted_.answers[i] = value;
    }
  }

  const SplitSearch& search_;
  const BoostWeights& weights_;
  int max_depth_;
  const std::function<void(double)>& searching_;
  FittedTree fitted_;
  std::vector<TreePlace> places_ = {TreePlace()};
  std::vector<uint32_t> place_of_;  // where each sample is so far
};

}  // namespace

std::optional<FittedTree> fit_tree(const SplitSearch& search, const BoostWeights& weights, int max_depth,
                                   const std::function<void(double)>& searching) {
  return TreeFitter(search, weights, max_depth, searching).fit();
}

StageRates stage_rates(std::span<const double> sums, std::span<const int8_t> labels, double min_hit_rate) {
  std::vector<float> positives;
  for (size_t i = 0; i < sums.size(); ++i) {
    if (labels[i] > 0) positives.push_back(static_cast<float>(sums[i]));
  }
  std::sort(positives.begin(), positives.end());
  StageRates rates;
  // (In float, as OpenCV counts those that may be lost.)
  const auto lost =
      static_cast<size_t>((1.0F - static_cast<float>(min_hit_rate)) * static_cast<float>(positives.size()));
  rates.threshold = positives[std::min(lost, positives.size() - 1)];
  const double limit = static_cast<double>(rates.threshold - 1e-5F);  // as packed.cc has it
  size_t hits = 0, alarms = 0;
  for (size_t i = 0; i < sums.size(); ++i) {
    const bool passes = sums[i] >= limit;
    hits += passes && labels[i] > 0 ? 1 : 0;
    alarms += passes && labels[i] < 0 ? 1 : 0;
  }
  const size_t negatives = sums.size() - positives.size();
  rates.hit_rate = static_cast<double>(hits) / static_cast<double>(positives.size());
  rates.false_alarm = negatives == 0 ? 0 : static_cast<double>(alarms) / static_cast<double>(negatives);
  return rates;
}

CascadeStage fit_stage(const SplitSearch& search, const std::vector<int8_t>& labels,
                       const CascadeParameters& parameters, int stage, const CascadeTrainingEvents& events) {
  CascadeStage fitted;
  BoostWeights weights(parameters.boost, labels, parameters.weight_trim_rate);
  std::vector<double> sums(labels.size());
  while (static_cast<int>(fitted.trees.size()) < parameters.max_weak_count) {
    std::optional<FittedTree> next = fit_tree(search, weights, parameters.max_depth, events.searching);
    if (!next) break;
    const double scale = weights.update(next->answers);
    for (float& leaf : next->tree.leaves) leaf = static_cast<float>(leaf * scale);
    for (size_t i = 0; i < sums.size(); ++i) {
      sums[i] += static_cast<double>(static_cast<float>(next->answers[i] * scale));
    }
    fitted.trees.push_back(std::move(next->tree));
    const StageRates rates = stage_rates(sums, labels, parameters.min_hit_rate);
    fitted.threshold = rates.threshold;
    if (events.tree_added)
      events.tree_added({stage, static_cast<int>(fitted.trees.size()), rates.hit_rate, rates.false_alarm});
    if (rates.false_alarm <= parameters.max_false_alarm) break;
  }
  return fitted;
}

}  // namespace fer::cascade
