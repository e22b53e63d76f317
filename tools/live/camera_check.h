// What is the matter with a camera (Video4Linux), in words.
#pragma once

#include <string>

namespace fer::live {

// "cameras here: /dev/video0, /dev/video2", or that there is none. `folder` stands for /dev in tests.
std::string cameras_text(const std::string& folder = "/dev");

// Throws Error where the device is missing, may not be opened, is no camera, or is used by another program, with
// cameras_text.
void check_camera(const std::string& device);

}  // namespace fer::live
