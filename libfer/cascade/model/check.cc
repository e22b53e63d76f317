#include "cascade/model/check.h"

#include <fmt/format.h>

#include <cmath>
#include <string_view>

#include "fer/error.h"

namespace fer {
namespace cascade {
namespace {

bool inside(const HaarRectangle& r, bool tilted, int width, int height) {
  // (Each is compared by itself before any two are added.)
  for (const int side : {r.x, r.y, r.width, r.height}) {
    if (side < 0 || side > kMaxSide) return false;
  }
  if (r.width == 0 || r.height == 0) return false;
  if (!tilted) return r.x + r.width <= width && r.y + r.height <= height;
  return r.x >= r.height && r.x + r.width <= width && r.y + r.width + r.height <= height;
}

// Every child is a later node, so that no walk is endless, or one of the leaves.
std::string tree_fault(const HaarTree& tree, size_t features) {
  if (tree.nodes.empty() || tree.nodes.size() > kMaxNodes)
    return fmt::format("expected 1 to {} nodes, found {}", kMaxNodes, tree.nodes.size());
  if (tree.leaves.size() != tree.nodes.size() + 1)
    return fmt::format("expected {} leaves for {} nodes, found {}", tree.nodes.size() + 1, tree.nodes.size(),
                       tree.leaves.size());
  for (size_t i = 0; i < tree.nodes.size(); ++i) {
    const HaarNode& node = tree.nodes[i];
    for (const int child : {node.left, node.right}) {
      if (child > 0 && (static_cast<size_t>(child) <= i || static_cast<size_t>(child) >= tree.nodes.size()))
        return fmt::format("node {} leads to node {}: expected a later one of {}", i, child, tree.nodes.size());
      if (child <= 0 && -static_cast<int64_t>(child) >= static_cast<int64_t>(tree.leaves.size()))
        return fmt::format("node {} leads to leaf {}: expected one of {}", i, -static_cast<int64_t>(child),
                           tree.leaves.size());
    }
    if (node.feature < 0 || static_cast<size_t>(node.feature) >= features)
      return fmt::format("node {} asks feature {}: expected one of {}", i, node.feature, features);
    if (!std::isfinite(node.threshold)) return fmt::format("node {}: expected a finite threshold", i);
  }
  for (const float leaf : tree.leaves) {
    if (!std::isfinite(leaf)) return "expected finite leaves";
  }
  return "";
}

}  // namespace

std::string feature_fault(const HaarFeature& feature, int width, int height) {
  if (feature.rectangles.size() < 2 || feature.rectangles.size() > 3)
    return fmt::format("expected 2 or 3 rectangles, found {}", feature.rectangles.size());
  for (const HaarRectangle& r : feature.rectangles) {
    if (!inside(r, feature.tilted, width, height))
      return fmt::format("the {}rectangle {} {} {} {} is not within the window of {}x{}",
                         feature.tilted ? "tilted " : "", r.x, r.y, r.width, r.height, width, height);
    if (!std::isfinite(r.weight)) return "expected finite weights";
  }
  return "";
}

void check_cascade(const Cascade& cascade, const std::string& name) {
  const auto refuse = [&](const std::string& why) { throw Error(fmt::format("{}: {}", name, why)); };
  for (const int side : {cascade.width, cascade.height}) {
    if (side < kMinSide || side > kMaxSide)
      refuse(fmt::format("expected a window of {} to {} pixels a side, found {}x{}", kMinSide, kMaxSide, cascade.width,
                         cascade.height));
  }
  if (cascade.stages.empty() || cascade.stages.size() > kMaxStages)
    refuse(fmt::format("expected 1 to {} stages, found {}", kMaxStages, cascade.stages.size()));
  if (cascade.features.size() > kMaxFeatures) refuse(fmt::format("expected at most {} features", kMaxFeatures));
  for (size_t i = 0; i < cascade.features.size(); ++i) {
    const std::string fault = feature_fault(cascade.features[i], cascade.width, cascade.height);
    if (!fault.empty()) refuse(fmt::format("feature {}: {}", i, fault));
  }
  size_t trees = 0;
  for (size_t s = 0; s < cascade.stages.size(); ++s) {
    const CascadeStage& stage = cascade.stages[s];
    if (!std::isfinite(stage.threshold)) refuse(fmt::format("stage {}: expected a finite threshold", s));
    if (stage.trees.empty()) refuse(fmt::format("stage {}: expected at least one tree", s));
    if ((trees += stage.trees.size()) > kMaxTrees) refuse(fmt::format("expected at most {} trees", kMaxTrees));
    for (size_t t = 0; t < stage.trees.size(); ++t) {
      const std::string fault = tree_fault(stage.trees[t], cascade.features.size());
      if (!fault.empty()) refuse(fmt::format("stage {}, tree {}: {}", s, t, fault));
    }
  }
}

}  // namespace cascade

const char* boost_type_name(BoostType type) {
  constexpr const char* kNames[] = {"DAB", "RAB", "LB", "GAB"};
  return kNames[static_cast<size_t>(type)];
}

const char* haar_mode_name(HaarMode mode) {
  constexpr const char* kNames[] = {"BASIC", "CORE", "ALL"};
  return kNames[static_cast<size_t>(mode)];
}

}  // namespace fer
