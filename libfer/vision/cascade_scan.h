// Cascades by libfer's own scan (fer/cascade.h), where OpenCV is not there.
#pragma once

#include <memory>
#include <string>

#include "vision/finder.h"

namespace fer::vision {

// As open_cascade, for cascades of Haar features.
std::unique_ptr<Finder> open_scanned_cascade(const std::string& text, const std::string& path,
                                             const FaceDetectorOptions& options);

}  // namespace fer::vision
