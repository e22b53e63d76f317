// Classes by name: which of a data set's classes become which classes of a network.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fer/class_names.h"
#include "fer/dataset.h"
#include "fer/export.h"

namespace FER_PUBLIC fer {

// "angry,fear+surprise,rest=sad+neutral": classes in label order with commas between; + merges; NAME= names the result,
// which is called as it is written ("fear+surprise") otherwise. A comma, +, = or backslash that belongs to a name has a
// backslash in front. Throws Error on an empty name, a source that is used twice or a name given twice.
std::vector<ClassRule> parse_classes(std::string_view text);
// A name as parse_classes takes it, with backslashes where it needs them.
std::string escaped_class_name(const std::string& name);
// One rule a name, each made of its own class ("a+b": of a and b).
std::vector<ClassRule> rules_of_names(const std::vector<std::string>& names);

// What becomes of each class of the data: the number of the rule that takes it, or kNoLabel. A rule that is named after
// its sources ("a+b") takes a class of that name too.
std::vector<uint8_t> class_map(const std::vector<std::string>& class_names, const std::vector<ClassRule>& rules);

// Relabels: labels become numbers of rules, class_names their names; pictures of classes that no rule names get
// kNoLabel. Returns how many got it. soft_targets: empty, or [size, classes] numbers, which are merged and scaled to
// sum to 1 likewise; a row left with nothing gets kNoLabel. Throws Error when a rule names a class that the data lacks
// and `all_needed`.
int64_t apply_classes(Dataset& data, const std::vector<ClassRule>& rules, bool all_needed,
                      std::vector<float>* soft_targets = nullptr);

}  // namespace fer
