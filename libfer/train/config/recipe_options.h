// The options of the list (fields.cc) in a network's training block. Throw Error ("WHERE: FIELD: expected ..., found
// ...").
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>

#include "network/json_fields.h"
#include "train/config/field.h"

namespace fer::train {

// The member of this name, unless it is missing or null.
const nlohmann::json* known_member(JsonFields& fields, const char* name);
// An option's name in a training block.
const char* recipe_name(const Field& field);
// Whether the list has fields GROUP.member.
bool has_group(Fields options, const std::string& group);

// Options that are members of the block itself, but those that a file may put into words (loss, class_weights). Returns
// the paths of those that were given. Counts may stand in a text: "about 10,600".
std::set<std::string> read_plain_options(JsonFields& fields, TrainConfig& config, Fields options);
// Options that are members of objects, but of those that are read apart (optimizer, callbacks, preprocessing). groups
// gets the objects' names and must outlive `fields`; stage: the one that the augmentation is of, left alone where the
// file does not say.
void read_groups(JsonFields& fields, TrainConfig& config, Fields options, std::set<std::string>& groups,
                 std::optional<int64_t>& stage);
// What the object has of the fields GROUP.member.
void read_members(JsonFields& fields, const std::string& group, TrainConfig& config, Fields options);
// One field, under this name.
void read_member(JsonFields& fields, const char* name, const Field& field, TrainConfig& config);
void read_optimizer(const nlohmann::json& object, const std::string& where, TrainConfig& config, Fields options);

}  // namespace fer::train
