#include "vision/opencv_cascade_check.h"

#include <fmt/format.h>

#include <cmath>
#include <opencv2/core.hpp>
#include <vector>

#include "fer/error.h"
#include "vision/xml_depth.h"

namespace fer::vision {
namespace {

constexpr int kLargestWindow = 1000;
constexpr int kLbpCategories = 256;

// A node of the file with its place in messages.
struct Place {
  cv::FileNode node;
  std::string where;

  [[noreturn]] void refuse(const std::string& reason) const { throw Error(where + ": " + reason); }
  Place child(const char* name) const {
    if (!node.isMap() || node[name].empty()) refuse(fmt::format("expected <{}>, found none", name));
    return {node[name], where};
  }
  bool has(const char* name) const { return node.isMap() && !node[name].empty(); }
  double number(const char* name) const {
    const Place value = child(name);
    if (!value.node.isInt() && !value.node.isReal()) refuse(fmt::format("<{}>: expected a number", name));
    return static_cast<double>(value.node);
  }
  int whole(const char* name, int lowest, int highest) const {
    const double value = number(name);
    if (!(value >= lowest && value <= highest) || value != std::floor(value)) {
      refuse(fmt::format("<{}>: expected a whole number of {} to {}, found {}", name, lowest, highest, value));
    }
    return static_cast<int>(value);
  }
  // Its elements, each with its number added to the place: "stage 3".
  std::vector<Place> elements(const char* name) const {
    if (!node.isSeq()) refuse(fmt::format("expected a list of {}s", name));
    std::vector<Place> all;
    for (const cv::FileNode& element : node)
      all.push_back({element, fmt::format("{}, {} {}", where, name, all.size())});
    return all;
  }
  std::vector<double> numbers() const {
    if (!node.isSeq()) refuse("expected a list of numbers");
    std::vector<double> all;
    for (const cv::FileNode& element : node) {
      if (!element.isInt() && !element.isReal()) refuse("expected numbers alone");
      all.push_back(static_cast<double>(element));
    }
    return all;
  }
};

struct Window {
  int width = 0, height = 0;
};

void check_window(const Place& place, const Window& window) {
  if (window.width < 1 || window.height < 1 || window.width > kLargestWindow || window.height > kLargestWindow) {
    place.refuse(fmt::format("expected a window of 1 to {} pixels on each side, found {} x {}", kLargestWindow,
                             window.width, window.height));
  }
}

// Four whole numbers: left, top, width, height; a fifth is the weight.
void check_rectangle(const Place& place, size_t count, const Window& window, bool tilted, int blocks) {
  const std::vector<double> r = place.numbers();
  if (r.size() != count) place.refuse(fmt::format("expected {} numbers for a rectangle, found {}", count, r.size()));
  for (size_t i = 0; i < 4; ++i) {
    if (r[i] != std::floor(r[i]) || std::abs(r[i]) > kLargestWindow)
      place.refuse("expected a rectangle of whole pixels");
  }
  const double left = tilted ? r[0] - r[3] : r[0], right = r[0] + blocks * r[2];
  const double bottom = r[1] + blocks * r[3] + (tilted ? r[2] : 0);
  if (r[2] < 1 || r[3] < 1 || left < 0 || r[1] < 0 || right > window.width || bottom > window.height) {
    place.refuse(fmt::format("expected a {}rectangle within the window of {} x {}, found {} {} {} {}",
                             tilted ? "tilted " : "", window.width, window.height, r[0], r[1], r[2], r[3]));
  }
}

void check_haar_feature(const Place& feature, const Window& window) {
  const bool tilted = feature.has("tilted") && feature.whole("tilted", 0, 1) == 1;
  const std::vector<Place> rectangles = feature.child("rects").elements("rectangle");
  if (rectangles.empty() || rectangles.size() > 3) {
    feature.refuse(fmt::format("expected 1 to 3 rectangles, found {}", rectangles.size()));
  }
  for (const Place& rectangle : rectangles) check_rectangle(rectangle, 5, window, tilted, 1);
}

// A node's two ways on: above 0 another node, else the leaf of the negative of it.
struct Children {
  int left = 0, right = 0;
};

// Every way from node 0 ends at a leaf that is there.
void check_tree(const Place& tree, const std::vector<Children>& nodes, size_t leaves) {
  std::vector<bool> seen(nodes.size(), false);
  std::vector<int> open = {0};
  while (!open.empty()) {
    const int at = open.back();
    open.pop_back();
    if (static_cast<size_t>(at) >= nodes.size()) tree.refuse(fmt::format("leads to node {}, which is not there", at));
    if (seen[at]) tree.refuse(fmt::format("node {} is reached in two ways: no tree", at));
    seen[at] = true;
    for (const int next : {nodes[at].left, nodes[at].right}) {
      if (next > 0) {
        open.push_back(next);
      } else if (static_cast<size_t>(-static_cast<int64_t>(next)) >= leaves) {
        tree.refuse(fmt::format("leads to leaf {}, which is not there", -static_cast<int64_t>(next)));
      }
    }
  }
}

int whole(const Place& place, double value) {
  if (value != std::floor(value) || std::abs(value) > 1e6)
    place.refuse(fmt::format("expected a node's number, found {}", value));
  return static_cast<int>(value);
}

// `step`: how many numbers a node has.
void check_new_tree(const Place& tree, size_t step, size_t features) {
  const std::vector<double> numbers = tree.child("internalNodes").numbers();
  if (numbers.empty() || numbers.size() % step != 0) {
    tree.refuse(fmt::format("<internalNodes>: expected {} numbers for each node, found {}", step, numbers.size()));
  }
  std::vector<Children> nodes;
  for (size_t i = 0; i < numbers.size(); i += step) {
    nodes.push_back({whole(tree, numbers[i]), whole(tree, numbers[i + 1])});
    const double feature = numbers[i + 2];
    if (feature != std::floor(feature) || !(feature >= 0 && feature < static_cast<double>(features))) {
      tree.refuse(fmt::format("expected a feature of 0 to {}, found {}", static_cast<int64_t>(features) - 1, feature));
    }
  }
  const size_t leaves = tree.child("leafValues").numbers().size();
  if (leaves != nodes.size() + 1) {
    tree.refuse(fmt::format("expected {} leaves for {} nodes, found {}", nodes.size() + 1, nodes.size(), leaves));
  }
  check_tree(tree, nodes, leaves);
}

void check_new(const Place& root) {
  const auto text = [&](const char* name) { return static_cast<std::string>(root.child(name).node); };
  if (text("stageType") != "BOOST") root.refuse("<stageType>: expected BOOST, found " + text("stageType"));
  const std::string kind = text("featureType");
  if (kind != "HAAR" && kind != "LBP") {
    root.refuse("<featureType>: expected HAAR or LBP, which OpenCV 4 runs, found " + kind);
  }
  const Window window = {root.whole("width", 1, kLargestWindow), root.whole("height", 1, kLargestWindow)};
  const bool lbp = kind == "LBP";
  const int categories = root.child("featureParams").whole("maxCatCount", 0, kLbpCategories);
  if (categories != (lbp ? kLbpCategories : 0)) {
    root.refuse(fmt::format("<maxCatCount>: expected {} for {}, found {}", lbp ? kLbpCategories : 0, kind, categories));
  }
  const std::vector<Place> features = root.child("features").elements("feature");
  for (const Place& feature : features) {
    if (lbp) {
      check_rectangle(feature.child("rect"), 4, window, false, 3);
    } else {
      check_haar_feature(feature, window);
    }
  }
  const std::vector<Place> stages = root.child("stages").elements("stage");
  if (stages.empty()) root.refuse("expected stages, found none");
  for (const Place& stage : stages) {
    stage.number("stageThreshold");
    for (const Place& tree : stage.child("weakClassifiers").elements("tree")) {
      check_new_tree(tree, lbp ? 3 + kLbpCategories / 32 : 4, features.size());
    }
  }
}

void check_old_tree(const Place& tree, const Window& window) {
  std::vector<Children> nodes;
  size_t leaves = 0;
  const auto way = [&](const Place& node, const char* to_node, const char* to_leaf) {
    if (node.has(to_node)) return node.whole(to_node, 1, 1'000'000);
    node.number(to_leaf);
    return -static_cast<int>(leaves++);
  };
  for (const Place& node : tree.elements("node")) {
    check_haar_feature(node.child("feature"), window);
    node.number("threshold");
    const int left = way(node, "left_node", "left_val"), right = way(node, "right_node", "right_val");
    nodes.push_back({left, right});
  }
  if (nodes.empty()) tree.refuse("expected nodes, found none");
  if (leaves != nodes.size() + 1) {
    tree.refuse(fmt::format("expected {} leaves for {} nodes, found {}", nodes.size() + 1, nodes.size(), leaves));
  }
  check_tree(tree, nodes, leaves);
}

void check_old(const Place& root) {
  const std::vector<double> size = root.child("size").numbers();
  if (size.size() != 2) root.refuse("<size>: expected width and height");
  const Window window = {whole(root, size[0]), whole(root, size[1])};
  check_window(root, window);
  const std::vector<Place> stages = root.child("stages").elements("stage");
  if (stages.empty()) root.refuse("expected stages, found none");
  for (size_t i = 0; i < stages.size(); ++i) {
    const Place& stage = stages[i];
    stage.number("stage_threshold");
    // OpenCV 4 takes the stages as a chain, whatever these say.
    const auto parent = static_cast<double>(i) - 1;
    if ((stage.has("parent") && stage.number("parent") != parent) ||
        (stage.has("next") && stage.number("next") != -1)) {
      stage.refuse("expected stages in a chain, found a tree of stages, which OpenCV 4 does not run");
    }
    const std::vector<Place> trees = stage.child("trees").elements("tree");
    if (trees.empty()) stage.refuse("expected trees, found none");
    for (const Place& tree : trees) check_old_tree(tree, window);
  }
}

}  // namespace

void check_cascade(const std::string& text, const std::string& path) {
  check_xml_depth(text, path);
  const cv::FileStorage file(text, cv::FileStorage::READ | cv::FileStorage::MEMORY);
  if (!file.isOpened()) throw Error(path + ": expected a cascade of OpenCV, found XML of another kind");
  const Place root = {file.getFirstTopLevelNode(), path};
  if (root.has("stageType") || root.has("featureType")) {
    check_new(root);
  } else if (root.has("size") && root.has("stages")) {
    check_old(root);
  } else {
    root.refuse(
        "expected a cascade of OpenCV (with <stageType>, or of the old form with <size> and <stages>), found neither");
  }
}

}  // namespace fer::vision
