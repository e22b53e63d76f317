// A cascade laid out for one layout of integral images: what the scan of a row reads, in the order in which it does.
#pragma once

#include <cstdint>
#include <vector>

#include "cascade/scan/integral.h"
#include "fer/cascade.h"

namespace fer::cascade {

struct PackedNode {
  Corners corners[3];
  float weights[3] = {0, 0, 0};
  bool tilted = false, third = false;  // whether there is a third rectangle
  float threshold = 0;
  int left = 0, right = 0;              // as HaarNode
  float left_leaf = 0, right_leaf = 0;  // where left or right is a leaf
};

struct PackedStage {
  float threshold = 0;  // what the leaves must sum to
  bool stumps = true;   // every tree is one node
  uint32_t first_tree = 0, trees = 0;
};

struct PackedTree {
  uint32_t first_node = 0, nodes = 0;
};

struct PackedCascade {
  int width = 0, height = 0;
  Corners inner;  // of the window without its outermost pixels
  double area = 0;
  std::vector<PackedStage> stages;
  std::vector<PackedTree> trees;
  std::vector<PackedNode> nodes;
  uint32_t largest_tree = 1;
};

// Without any stage.
PackedCascade empty_packed(int width, int height, const IntegralLayout& layout);
PackedCascade pack(const Cascade& cascade, const IntegralLayout& layout);
// Adds a stage, whose features are `features`.
void pack_stage(const CascadeStage& stage, const std::vector<HaarFeature>& features, const IntegralLayout& layout,
                PackedCascade& packed);

// Whether the window whose top left sums these are passes all stages from `first_stage` on. `factor`: of its
// brightness.
bool passes(const PackedCascade& cascade, const uint32_t* sum, const uint32_t* tilted, float factor,
            size_t first_stage = 0);

// The value of a feature, in the detector's arithmetic.
inline float packed_value(const PackedNode& node, const uint32_t* sum, const uint32_t* tilted, float factor) {
  const uint32_t* from = node.tilted ? tilted : sum;
  float value = node.weights[0] * static_cast<float>(sum_of(from, node.corners[0])) +
                node.weights[1] * static_cast<float>(sum_of(from, node.corners[1]));
  if (node.third) value += node.weights[2] * static_cast<float>(sum_of(from, node.corners[2]));
  return value * factor;
}

}  // namespace fer::cascade
