// Faces found in a picture made smaller: a detector's time grows with the pixels.
#pragma once

#include <cstdint>
#include <vector>

#include "fer/vision.h"

namespace fer::cli {

// The faces of a picture, looked for in one whose longer side is at most `size` pixels; 0: in the picture as it is.
// Places are those of the whole picture. Throws Error as FaceDetector::find does.
std::vector<Face> find_at_size(const FaceDetector& detector, const Image& picture, int64_t size);

}  // namespace fer::cli
