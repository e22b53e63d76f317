// Cascades and pictures made up at random, for comparing ways to compute the same.
#pragma once

#include <random>

#include "fer/cascade.h"

namespace fer {

// Blocks of random brightness with noise upon them: edges for the features, few flat windows.
inline Image random_picture(int64_t height, int64_t width, uint32_t seed) {
  std::mt19937 random(seed);
  Image image{height, width, 1, {}};
  std::vector<int> blocks(static_cast<size_t>((height / 5 + 1) * (width / 5 + 1)));
  for (int& block : blocks) block = static_cast<int>(random() % 200);
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) {
      const int block = blocks[static_cast<size_t>((y / 5) * (width / 5 + 1) + x / 5)];
      image.pixels.push_back(static_cast<uint8_t>(block + static_cast<int>(random() % 56)));
    }
  }
  return image;
}

inline HaarFeature random_feature(int width, int height, bool tilted, std::mt19937& random) {
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<uint32_t>(n)); };
  HaarFeature feature;
  feature.tilted = tilted;
  const size_t count = 2 + random() % 2;
  while (feature.rectangles.size() < count) {
    HaarRectangle r{.x = below(width), .y = below(height), .width = 1 + below(width), .height = 1 + below(height)};
    r.weight = static_cast<float>(below(9) + 1) / 2;
    const bool fits = tilted ? r.x >= r.height && r.x + r.width <= width && r.y + r.width + r.height <= height
                             : r.x + r.width <= width && r.y + r.height <= height;
    if (fits) feature.rectangles.push_back(r);
  }
  // Zero over an even window, so that values lie around zero.
  float others = 0;
  HaarRectangle& last = feature.rectangles.back();
  for (const HaarRectangle& r : feature.rectangles) others += r.weight * static_cast<float>(r.width * r.height);
  last.weight -= others / static_cast<float>(last.width * last.height);
  return feature;
}

// `nodes` in each tree; some features tilted. Each stage lets some half of the windows pass.
inline Cascade random_cascade(int width, int height, int stages, int nodes, bool with_tilted, uint32_t seed) {
  std::mt19937 random(seed);
  const auto share = [&] { return static_cast<float>(random() % 1000) / 1000; };
  Cascade cascade;
  cascade.width = width;
  cascade.height = height;
  for (int s = 0; s < stages; ++s) {
    CascadeStage stage;
    for (int t = 0; t < 3 + s; ++t) {
      HaarTree tree;
      for (int n = 0; n < nodes; ++n) {
        HaarNode node;
        node.feature = static_cast<int>(cascade.features.size());
        cascade.features.push_back(random_feature(width, height, with_tilted && random() % 2 == 0, random));
        node.threshold = (share() - 0.5F) / 4;
        // A chain: one way goes on, the other ends; which of them changes.
        node.left = n + 1 < nodes && n % 2 == 0 ? n + 1 : -static_cast<int>(tree.leaves.size());
        if (node.left <= 0) tree.leaves.push_back(share() - 0.4F);
        node.right = n + 1 < nodes && n % 2 == 1 ? n + 1 : -static_cast<int>(tree.leaves.size());
        if (node.right <= 0) tree.leaves.push_back(share() - 0.4F);
        tree.nodes.push_back(node);
      }
      stage.trees.push_back(tree);
    }
    stage.threshold = 0;
    cascade.stages.push_back(stage);
  }
  return cascade;
}

}  // namespace fer
