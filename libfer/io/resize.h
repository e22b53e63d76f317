// Preprocessing::resize in files.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "fer/network.h"
#include "fer/picture_size.h"

namespace fer::io {

// Throws Error unless a network's input can be cut out of pictures of this size.
void check_resize(const PictureSize& resize, const Network& network, const std::string& where);

// Reads [height, width]. Throws Error on anything else, and as check_resize does.
PictureSize read_resize(const nlohmann::json& value, const Network& network, const std::string& where);

}  // namespace fer::io
