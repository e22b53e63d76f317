#include <fmt/format.h>

#include "cascade/model/forms.h"

namespace fer::cascade {
namespace {

// A child of an old node: the index of a node (left_node), or a new leaf (left_val).
int old_child(const XmlReader& read, const XmlElement& element, const std::string& side, HaarTree& tree) {
  if (const XmlElement* node = element.find(side + "_node")) {
    const int index = read.whole(*node);
    if (index <= 0)
      read.refuse(*node, fmt::format("<{}_node>: expected a node after the first, found {}", side, index));
    return index;
  }
  tree.leaves.push_back(static_cast<float>(read.number(read.child(element, side + "_val"))));
  return -static_cast<int>(tree.leaves.size() - 1);
}

HaarTree read_old_tree(const XmlReader& read, const XmlElement& element, std::vector<HaarFeature>& features) {
  HaarTree tree;
  for (const XmlElement& e : element.children) {
    HaarNode node;
    node.feature = static_cast<int>(features.size());
    features.push_back(read_feature(read, read.child(e, "feature")));
    node.threshold = static_cast<float>(read.number(read.child(e, "threshold")));
    node.left = old_child(read, e, "left", tree);
    node.right = old_child(read, e, "right", tree);
    tree.nodes.push_back(node);
  }
  return tree;
}

}  // namespace

Cascade read_old_form(const XmlReader& read, const XmlElement& top) {
  Cascade cascade;
  const XmlElement& size = read.child(top, "size");
  const std::vector<double> sides = read.numbers(size);
  if (sides.size() != 2) read.refuse(size, fmt::format("<size>: expected width and height, found {}", sides.size()));
  cascade.width = read.whole(size, sides[0]);
  cascade.height = read.whole(size, sides[1]);
  for (const XmlElement& e : read.child(top, "stages").children) {
    CascadeStage stage;
    for (const XmlElement& tree : read.child(e, "trees").children) {
      stage.trees.push_back(read_old_tree(read, tree, cascade.features));
    }
    stage.threshold = static_cast<float>(read.number(read.child(e, "stage_threshold")));
    const XmlElement* next = e.find("next");
    if (next != nullptr && read.whole(*next) >= 0)
      read.refuse(*next, "expected stages one after another, found a tree of stages");
    cascade.stages.push_back(std::move(stage));
  }
  return cascade;
}

}  // namespace fer::cascade
