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
// One rule per name, made from the class of that name ("a+b" is made from a and b).
std::vector<ClassRule> rules_of_names(const std::vector<std::string>& names);

// For each class of the data, the number of the rule that takes it, or kNoLabel. A rule that is named after
// its sources ("a+b") takes a class of that name too.
std::vector<uint8_t> class_map(const std::vector<std::string>& class_names, const std::vector<ClassRule>& rules);

// Relabels the data: labels become numbers of rules, and class_names the names of the rules. Pictures of classes that
// no rule names get kNoLabel. Returns how many pictures got it. soft_targets is empty, or holds [size, classes]
// numbers, which are merged likewise and scaled to sum to 1; a row left with nothing gets kNoLabel. Throws Error when
// `all_needed` is set and a rule names a class that the data lacks.
int64_t apply_classes(Dataset& data, const std::vector<ClassRule>& rules, bool all_needed,
                      std::vector<float>* soft_targets = nullptr);

}  // namespace fer
