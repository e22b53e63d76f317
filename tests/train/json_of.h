// What is written, as a reader sees it.
#pragma once

#include <nlohmann/json.hpp>

#include "core/json_value.h"

namespace fer {

inline nlohmann::json json_of(const core::JsonValue& value) { return nlohmann::json::parse(value.dump()); }

}  // namespace fer
