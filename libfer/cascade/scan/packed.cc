#include "cascade/scan/packed.h"

#include <algorithm>

namespace fer::cascade {
namespace {

constexpr float kThresholdSlack = 1e-5F;  // of a stage, as in OpenCV

PackedNode pack_node(const HaarNode& node, const HaarTree& tree, const HaarFeature& feature,
                     const IntegralLayout& layout) {
  PackedNode packed;
  for (size_t i = 0; i < feature.rectangles.size(); ++i) {
    packed.corners[i] = corners_of(feature.rectangles[i], feature.tilted, layout);
    packed.weights[i] = feature.rectangles[i].weight;
  }
  packed.tilted = feature.tilted;
  packed.third = packed.weights[2] != 0;
  packed.threshold = node.threshold;
  packed.left = node.left;
  packed.right = node.right;
  if (node.left <= 0) packed.left_leaf = tree.leaves[static_cast<size_t>(-node.left)];
  if (node.right <= 0) packed.right_leaf = tree.leaves[static_cast<size_t>(-node.right)];
  return packed;
}

float leaf_of(const PackedNode* nodes, const uint32_t* sum, const uint32_t* tilted, float factor) {
  int at = 0;
  for (;;) {
    const PackedNode& node = nodes[at];
    const bool below = packed_value(node, sum, tilted, factor) < node.threshold;
    at = below ? node.left : node.right;
    if (at <= 0) return below ? node.left_leaf : node.right_leaf;
  }
}

}  // namespace

void pack_stage(const CascadeStage& stage, const std::vector<HaarFeature>& features, const IntegralLayout& layout,
                PackedCascade& packed) {
  PackedStage& to = packed.stages.emplace_back();
  to.threshold = stage.threshold - kThresholdSlack;
  to.first_tree = static_cast<uint32_t>(packed.trees.size());
  to.trees = static_cast<uint32_t>(stage.trees.size());
  for (const HaarTree& tree : stage.trees) {
    const auto nodes = static_cast<uint32_t>(tree.nodes.size());
    packed.trees.push_back({static_cast<uint32_t>(packed.nodes.size()), nodes});
    packed.largest_tree = std::max(packed.largest_tree, nodes);
    to.stumps = to.stumps && nodes == 1;
    for (const HaarNode& node : tree.nodes) {
      packed.nodes.push_back(pack_node(node, tree, features[static_cast<size_t>(node.feature)], layout));
    }
  }
}

PackedCascade empty_packed(int width, int height, const IntegralLayout& layout) {
  PackedCascade packed;
  packed.width = width;
  packed.height = height;
  const HaarRectangle inner = inner_window(width, height);
  packed.inner = corners_of(inner, false, layout);
  packed.area = static_cast<double>(inner.width) * inner.height;
  return packed;
}

PackedCascade pack(const Cascade& cascade, const IntegralLayout& layout) {
  PackedCascade packed = empty_packed(cascade.width, cascade.height, layout);
  for (const CascadeStage& stage : cascade.stages) pack_stage(stage, cascade.features, layout, packed);
  return packed;
}

bool passes(const PackedCascade& cascade, const uint32_t* sum, const uint32_t* tilted, float factor,
            size_t first_stage) {
  for (size_t s = first_stage; s < cascade.stages.size(); ++s) {
    const PackedStage& stage = cascade.stages[s];
    double total = 0;
    for (uint32_t t = 0; t < stage.trees; ++t) {
      const PackedTree& tree = cascade.trees[stage.first_tree + t];
      total += static_cast<double>(leaf_of(cascade.nodes.data() + tree.first_node, sum, tilted, factor));
    }
    if (total < static_cast<double>(stage.threshold)) return false;
  }
  return true;
}

}  // namespace fer::cascade
