// How deep a hostile file of XML goes.
#pragma once

#include <string>

namespace fer::vision {

// OpenCV's parser calls itself for each element within another. Throws Error where more than `deepest` are open at
// once, where one is closed that is not open, and where an attribute has a `<`, which hides elements.
void check_xml_depth(const std::string& text, const std::string& path, int deepest = 32);

}  // namespace fer::vision
