#include <fmt/format.h>

#include <array>

#include "cascade/model/forms.h"
#include "core/text.h"

namespace fer::cascade {
namespace {

template <class Kind, size_t N>
Kind read_kind(const XmlReader& read, const XmlElement& element, const std::array<Kind, N>& kinds,
               const char* (*name)(Kind)) {
  const std::string found = read.word(element);
  std::string names;
  for (const Kind kind : kinds) {
    if (found == name(kind)) return kind;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", name(kind));
  }
  read.refuse(element, fmt::format("<{}>: expected one of {}, found {}", element.name, names,
                                   core::escaped(found.substr(0, 40))));
}

HaarTree read_tree(const XmlReader& read, const XmlElement& element) {
  HaarTree tree;
  const XmlElement& nodes = read.child(element, "internalNodes");
  const std::vector<double> values = read.numbers(nodes);
  if (values.empty() || values.size() % 4 != 0)
    read.refuse(nodes, fmt::format("<internalNodes>: expected 4 numbers for each node, found {}", values.size()));
  for (size_t i = 0; i < values.size(); i += 4) {
    tree.nodes.push_back({.left = read.whole(nodes, values[i]),
                          .right = read.whole(nodes, values[i + 1]),
                          .feature = read.whole(nodes, values[i + 2]),
                          .threshold = static_cast<float>(values[i + 3])});
  }
  for (const double leaf : read.numbers(read.child(element, "leafValues"))) {
    tree.leaves.push_back(static_cast<float>(leaf));
  }
  return tree;
}

}  // namespace

HaarRectangle read_rectangle(const XmlReader& read, const XmlElement& element) {
  const std::vector<double> v = read.numbers(element);
  if (v.size() != 5)
    read.refuse(element,
                fmt::format("expected a rectangle of 5 numbers (x y width height weight), found {}", v.size()));
  return {.x = read.whole(element, v[0]),
          .y = read.whole(element, v[1]),
          .width = read.whole(element, v[2]),
          .height = read.whole(element, v[3]),
          .weight = static_cast<float>(v[4])};
}

HaarFeature read_feature(const XmlReader& read, const XmlElement& element) {
  HaarFeature feature;
  for (const XmlElement& rectangle : read.child(element, "rects").children) {
    feature.rectangles.push_back(read_rectangle(read, rectangle));
  }
  const XmlElement* tilted = element.find("tilted");
  feature.tilted = tilted != nullptr && read.whole(*tilted) != 0;
  return feature;
}

void check_kind(const XmlReader& read, const XmlElement& element) {
  const XmlElement& stage = read.child(element, "stageType");
  if (read.word(stage) != "BOOST")
    read.refuse(stage, fmt::format("expected stages of type BOOST, found {}", core::escaped(read.word(stage))));
  const XmlElement& feature = read.child(element, "featureType");
  const std::string type = read.word(feature);
  if (type != "HAAR")
    read.refuse(feature,
                fmt::format("expected features of type HAAR, found {}: libfer has no others", core::escaped(type)));
}

CascadeParameters read_parameters(const XmlReader& read, const XmlElement& element) {
  CascadeParameters p;
  if (const XmlElement* stage = element.find("stageParams")) {
    constexpr std::array kBoosts = {BoostType::kDiscrete, BoostType::kReal, BoostType::kLogit, BoostType::kGentle};
    if (const XmlElement* e = stage->find("boostType")) p.boost = read_kind(read, *e, kBoosts, boost_type_name);
    if (const XmlElement* e = stage->find("minHitRate")) p.min_hit_rate = read.number(*e);
    if (const XmlElement* e = stage->find("maxFalseAlarm")) p.max_false_alarm = read.number(*e);
    if (const XmlElement* e = stage->find("weightTrimRate")) p.weight_trim_rate = read.number(*e);
    if (const XmlElement* e = stage->find("maxDepth")) p.max_depth = read.whole(*e);
    if (const XmlElement* e = stage->find("maxWeakCount")) p.max_weak_count = read.whole(*e);
  }
  const XmlElement* features = element.find("featureParams");
  const XmlElement* mode = features == nullptr ? nullptr : features->find("mode");
  constexpr std::array kModes = {HaarMode::kBasic, HaarMode::kCore, HaarMode::kAll};
  if (mode != nullptr) p.mode = read_kind(read, *mode, kModes, haar_mode_name);
  return p;
}

CascadeStage read_stage(const XmlReader& read, const XmlElement& element) {
  CascadeStage stage;
  stage.threshold = static_cast<float>(read.number(read.child(element, "stageThreshold")));
  for (const XmlElement& tree : read.child(element, "weakClassifiers").children) {
    stage.trees.push_back(read_tree(read, tree));
  }
  return stage;
}

Cascade read_new_form(const XmlReader& read, const XmlElement& top) {
  check_kind(read, top);
  Cascade cascade;
  cascade.width = read.whole(read.child(top, "width"));
  cascade.height = read.whole(read.child(top, "height"));
  cascade.parameters = read_parameters(read, top);
  for (const XmlElement& stage : read.child(top, "stages").children) cascade.stages.push_back(read_stage(read, stage));
  for (const XmlElement& feature : read.child(top, "features").children) {
    cascade.features.push_back(read_feature(read, feature));
  }
  return cascade;
}

}  // namespace fer::cascade
