// Preprocessing in the metadata of model files.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/json_value.h"
#include "fer/model.h"
#include "network/json_fields.h"

namespace fer::io {

// What a graph that begins with second's scale and shift does to pictures that are prepared as `first` says.
Preprocessing after(const Preprocessing& first, const Preprocessing& second);

// Throws Error unless scale and shift are finite.
void check_preprocessing(const Preprocessing& preprocessing);

// {"scale": s, "shift": t}, and those of the other members that are not as usual. Throws Error as above.
core::JsonValue preprocessing_to_json(const Preprocessing& preprocessing);

// Reads that form. Throws Error, beginning with `where`, on anything else.
Preprocessing preprocessing_from_json(const nlohmann::json& object, const Network& network, const std::string& where);

// Of that form, the members that say what is done to a picture before scale and shift.
void read_picture_rules(JsonFields& fields, const std::string& where, Preprocessing& preprocessing);

}  // namespace fer::io
