// Lists of paths in one text, with commas between. A comma or a backslash that belongs to a path has a backslash in
// front.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fer::train {

std::vector<std::string> paths_in(std::string_view text);
std::string paths_text(const std::vector<std::string>& paths);

}  // namespace fer::train
