// The text of a network's file.
#pragma once

#include <string>

namespace fer {

// NAME of an embedded network, or the path of a JSON file. Throws Error as load_network does.
std::string network_text(const std::string& name_or_path);
// Whether the text is taken for the path of a file: it has a slash, or ends in .json.
bool is_network_path(const std::string& text);

}  // namespace fer
