// OpenCV's spellings of options: -numPos for --num-pos.
#pragma once

#include <string>
#include <vector>

namespace fer::cli {

// The words of a command line with the spellings of opencv_createsamples and opencv_traincascade as this program has
// them; -w and -h are width and height where a number follows. BASIC and the like become lower case.
std::vector<std::string> without_opencv_names(const std::vector<std::string>& words);

}  // namespace fer::cli
