// The text of a network's file.
#pragma once

#include <string>

namespace fer {

// NAME of an embedded network, or the path of a JSON file. Throws Error as load_network does.
std::string network_text(const std::string& name_or_path);

}  // namespace fer
