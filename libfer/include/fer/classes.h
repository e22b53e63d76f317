// Classes by name: which of a data set's classes become which classes of a network.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fer/dataset.h"
#include "fer/network.h"

namespace fer {

// "Happiness" and "happy" are one class: letters become lower-case, and the known nouns and participles (anger,
// happiness, sadness, surprised, fearful, ...) the adjective or noun that fer2013 uses; another name stays as it is.
std::string canonical_class_name(std::string_view name);
// fer2013's seven in label order, then contempt.
const std::vector<std::string>& known_class_names();
// The face of a known class, in UTF-8; empty for others.
std::string default_emoji(std::string_view class_name);

// A class and the classes of the data that make it.
struct ClassRule {
  std::string name;
  std::vector<std::string> sources;
  bool operator==(const ClassRule&) const = default;
};

// "angry,fear+surprise,rest=sad+neutral": classes in label order with commas between; + merges; NAME= names the result,
// which is called as it is written ("fear+surprise") otherwise. Throws Error on an empty name, a source that is used
// twice or a name given twice.
std::vector<ClassRule> parse_classes(std::string_view text);
// One rule a name, each made of its own class ("a+b": of a and b).
std::vector<ClassRule> rules_of_names(const std::vector<std::string>& names);

// What becomes of each class of the data: the number of the rule that takes it, or kNoLabel.
std::vector<uint8_t> class_map(const std::vector<std::string>& class_names, const std::vector<ClassRule>& rules);

// Relabels: labels become numbers of rules, class_names their names; pictures of classes that no rule names get
// kNoLabel. Returns how many got it. soft_targets: empty, or [size, classes] numbers, which are merged and scaled to
// sum to 1 likewise; a row left with nothing gets kNoLabel. Throws Error when a rule names a class that the data lacks
// and `all_needed`.
int64_t apply_classes(Dataset& data, const std::vector<ClassRule>& rules, bool all_needed,
                      std::vector<float>* soft_targets = nullptr);

// The network with one output a name: the units of its last dense layer (or filters of its last convolution) are
// changed where they are others. Throws Error naming the layer where the network does not end in one.
Network with_classes(Network network, const std::vector<std::string>& class_names);

}  // namespace fer
