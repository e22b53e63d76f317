// The options by which programs look for faces.
#pragma once

#include "fer/vision.h"
#include "tools/cli/cli.h"

namespace fer::cli {

// --detector, --scale-factor, --neighbours, --smallest-face, --upright.
void declare_faces(cxxopts::Options& options);
// The names of these options that the user gave, for programs that look for faces only when asked to.
std::vector<std::string> given_face_options(const Arguments& arguments);
// Throw UsageError on values out of range.
FaceDetectorOptions read_detector_options(const Arguments& arguments);
CropOptions read_crop_options(const Arguments& arguments);

}  // namespace fer::cli
