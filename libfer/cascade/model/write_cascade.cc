#include "cascade/model/write_cascade.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "cascade/model/check.h"

namespace fer {
namespace cascade {
namespace {

std::string tree_xml(const HaarTree& tree, const std::string& indent) {
  std::string nodes, leaves;
  for (const HaarNode& node : tree.nodes) {
    fmt::format_to(std::back_inserter(nodes), " {} {} {} {}", node.left, node.right, node.feature,
                   number_text(node.threshold));
  }
  for (const float leaf : tree.leaves) leaves.append(1, ' ').append(number_text(leaf));
  return fmt::format(
      "{0}<_>\n{0}  <internalNodes>\n{0}   {1}</internalNodes>\n{0}  <leafValues>\n{0}   {2}</leafValues></_>", indent,
      nodes, leaves);
}

std::string feature_xml(const HaarFeature& feature) {
  std::string text = "    <_>\n      <rects>";
  for (const HaarRectangle& r : feature.rectangles) {
    text +=
        fmt::format("\n        <_>\n          {} {} {} {} {}</_>", r.x, r.y, r.width, r.height, number_text(r.weight));
  }
  fmt::format_to(std::back_inserter(text), "</rects>\n      <tilted>{}</tilted></_>", feature.tilted ? 1 : 0);
  return text;
}

}  // namespace

std::string number_text(float value) {
  if (value == std::floor(value) && std::abs(value) < 1e6F) return fmt::format("{}.", static_cast<int>(value));
  return fmt::format("{:.8e}", value);
}

std::string storage_xml(const std::string& element) {
  return fmt::format("<?xml version=\"1.0\"?>\n<opencv_storage>\n{}\n</opencv_storage>\n", element);
}

std::string parameters_xml(const Cascade& cascade, const std::string& indent) {
  const CascadeParameters& p = cascade.parameters;
  return fmt::format(
      "{0}<stageType>BOOST</stageType>\n{0}<featureType>HAAR</featureType>\n{0}<height>{1}</height>\n"
      "{0}<width>{2}</width>\n{0}<stageParams>\n{0}  <boostType>{3}</boostType>\n"
      "{0}  <minHitRate>{4:.16e}</minHitRate>\n{0}  <maxFalseAlarm>{5:.16e}</maxFalseAlarm>\n"
      "{0}  <weightTrimRate>{6:.16e}</weightTrimRate>\n{0}  <maxDepth>{7}</maxDepth>\n"
      "{0}  <maxWeakCount>{8}</maxWeakCount></stageParams>\n{0}<featureParams>\n{0}  <maxCatCount>0</maxCatCount>\n"
      "{0}  <featSize>1</featSize>\n{0}  <mode>{9}</mode></featureParams>",
      indent, cascade.height, cascade.width, boost_type_name(p.boost), p.min_hit_rate, p.max_false_alarm,
      p.weight_trim_rate, p.max_depth, p.max_weak_count, haar_mode_name(p.mode));
}

std::string stage_xml(const CascadeStage& stage, const std::string& indent) {
  std::string text = fmt::format(
      "{0}<maxWeakCount>{1}</maxWeakCount>\n{0}<stageThreshold>{2}</stageThreshold>\n"
      "{0}<weakClassifiers>",
      indent, stage.trees.size(), number_text(stage.threshold));
  for (const HaarTree& tree : stage.trees) text.append(1, '\n').append(tree_xml(tree, indent + "  "));
  return text + "</weakClassifiers>";
}

}  // namespace cascade

std::string cascade_xml(const Cascade& cascade) {
  cascade::check_cascade(cascade, "cascade");
  std::string text =
      fmt::format("<cascade type_id=\"opencv-cascade-classifier\">\n{}\n  <stageNum>{}</stageNum>\n  <stages>",
                  cascade::parameters_xml(cascade, "  "), cascade.stages.size());
  for (const CascadeStage& stage : cascade.stages) {
    text.append("\n    <_>\n").append(cascade::stage_xml(stage, "      ")).append("</_>");
  }
  text += "</stages>\n  <features>";
  for (const HaarFeature& feature : cascade.features) text.append(1, '\n').append(cascade::feature_xml(feature));
  return cascade::storage_xml(text + "</features></cascade>");
}

}  // namespace fer
