#include "cascade/train/training_folder.h"

#include <fmt/format.h>

#include <map>
#include <sstream>

#include "cascade/model/check.h"
#include "cascade/model/forms.h"
#include "cascade/model/write_cascade.h"
#include "core/atomic_file.h"
#include "fer/error.h"
#include "fer/file.h"

namespace fer::cascade {
namespace {

constexpr size_t kMaxBytes = size_t{32} << 20;
constexpr const char* kPlacesHeading = "# stage picture round windows: where the search of the backgrounds ended\n";

std::string path_of(const std::string& folder, const std::string& name) { return fmt::format("{}/{}", folder, name); }
std::string stage_path(const std::string& folder, size_t stage) {
  return path_of(folder, fmt::format("stage{}.xml", stage));
}

Cascade settings_of(const CascadeTraining& training) {
  Cascade settings;
  settings.width = training.width;
  settings.height = training.height;
  settings.parameters = training.parameters;
  return settings;
}

std::string parameters_file(const CascadeTraining& training) {
  return storage_xml(fmt::format("<params>\n{}</params>", parameters_xml(settings_of(training), "  ")));
}

XmlElement read_storage(const std::string& path) {
  XmlElement root = parse_xml(read_file(path, kMaxBytes, "an XML file of a training"), path);
  if (root.name != "opencv_storage" || root.children.size() != 1)
    XmlReader(path).refuse(root, "expected <opencv_storage> with one element");
  return std::move(root.children[0]);
}

// Says the first difference: the same settings have the same text.
void check_parameters(const std::string& path, const CascadeTraining& training) {
  const XmlElement top = read_storage(path);
  const XmlReader read(path);
  check_kind(read, top);
  Cascade found;
  found.width = read.whole(read.child(top, "width"));
  found.height = read.whole(read.child(top, "height"));
  found.parameters = read_parameters(read, top);
  const Cascade expected = settings_of(training);
  if (found == expected) return;
  std::istringstream of_file(parameters_xml(found, "")), of_training(parameters_xml(expected, ""));
  for (std::string a, b; std::getline(of_file, a) && std::getline(of_training, b);) {
    const auto inner = [](const std::string& line) { return line.substr(line.find_first_not_of(' ')); };
    if (a != b)
      throw Error(
          fmt::format("{}: the folder is of a training with {}, this one has {}: go on with those settings, or "
                      "take another folder",
                      path, inner(a), inner(b)));
  }
}

CascadeStage read_stage_file(const std::string& path, const CascadeTraining& training,
                             const std::vector<HaarFeature>& features) {
  const XmlElement top = read_storage(path);
  Cascade one = settings_of(training);
  one.stages.push_back(read_stage(XmlReader(path), top));
  one.features = features;
  check_cascade(one, path);
  return one.stages[0];
}

std::vector<BackgroundPlace> read_places(const std::string& path) {
  std::vector<BackgroundPlace> places;
  if (path_kind(path) == PathKind::kNone) return places;
  std::istringstream lines(read_file(path, kMaxBytes, "where a training's search ended"));
  size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.starts_with('#')) continue;
    std::istringstream words(line);
    size_t stage = 0;
    BackgroundPlace place;
    if (!(words >> stage >> place.picture >> place.round >> place.windows) || stage != places.size())
      throw Error(
          fmt::format("{}:{}: expected stage, picture, round and windows of stage {}", path, number, places.size()));
    places.push_back(place);
  }
  return places;
}

}  // namespace

TrainedSoFar read_training(const std::string& folder, const CascadeTraining& training,
                           const std::vector<HaarFeature>& features) {
  TrainedSoFar so_far;
  const std::string parameters = path_of(folder, "params.xml");
  if (path_kind(parameters) == PathKind::kNone) {
    if (path_kind(stage_path(folder, 0)) != PathKind::kNone)
      throw Error(fmt::format("{}: expected params.xml beside stage0.xml, found none", folder));
    return so_far;
  }
  check_parameters(parameters, training);
  while (path_kind(stage_path(folder, so_far.stages.size())) != PathKind::kNone) {
    so_far.stages.push_back(read_stage_file(stage_path(folder, so_far.stages.size()), training, features));
  }
  so_far.places = read_places(path_of(folder, "backgrounds.txt"));
  // (A place is written before its stage: a training may have been killed between the two.)
  if (so_far.places.size() > so_far.stages.size()) so_far.places.resize(so_far.stages.size());
  return so_far;
}

void write_parameters(const std::string& folder, const CascadeTraining& training) {
  core::write_file_atomically(path_of(folder, "params.xml"), parameters_file(training));
}

void write_stage(const std::string& folder, const TrainedSoFar& so_far) {
  std::string places = kPlacesHeading;
  for (size_t i = 0; i < so_far.places.size(); ++i) {
    const BackgroundPlace& p = so_far.places[i];
    places += fmt::format("{} {} {} {}\n", i, p.picture, p.round, p.windows);
  }
  core::write_file_atomically(path_of(folder, "backgrounds.txt"), places);
  const size_t last = so_far.stages.size() - 1;
  core::write_file_atomically(stage_path(folder, last), storage_xml(fmt::format("<stage{0}>\n{1}</stage{0}>", last,
                                                                                stage_xml(so_far.stages[last], "  "))));
}

Cascade final_cascade(const CascadeTraining& training, const std::vector<HaarFeature>& features,
                      const std::vector<CascadeStage>& stages) {
  Cascade cascade = settings_of(training);
  cascade.stages = stages;
  std::map<int, int> indices;
  const auto for_nodes = [&](const auto& work) {
    for (CascadeStage& stage : cascade.stages) {
      for (HaarTree& tree : stage.trees) {
        for (HaarNode& node : tree.nodes) work(node);
      }
    }
  };
  for_nodes([&](const HaarNode& node) { indices[node.feature] = 0; });
  for (auto& [feature, index] : indices) {
    index = static_cast<int>(cascade.features.size());
    cascade.features.push_back(features[static_cast<size_t>(feature)]);
  }
  for_nodes([&](HaarNode& node) { node.feature = indices[node.feature]; });
  return cascade;
}

}  // namespace fer::cascade
