// The faces of pictures that strangers send.
#pragma once

#include "fer/vision.h"
#include "tools/serve/pictures.h"

namespace fer::serve {

// Pictures are searched at most this wide and high: larger ones are made smaller for it, so that none takes seconds.
// (Crops are of the picture as it came.)
inline constexpr int64_t kSearchedSide = 1280;

// Throws Error as FaceDetector does.
FindFaces face_finder(const FaceDetectorOptions& options);

}  // namespace fer::serve
