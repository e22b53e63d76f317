// How a camera was held, as Exif says it (CIPA DC-008, tag 0x0112).
#pragma once

#include <string_view>

#include "fer/image.h"

namespace fer::image {

// Returns the orientation, 1 to 8, in Exif data: a TIFF header and its first directory. "Exif" and two zeros come
// before them in a JPEG file's APP1 segment, and sometimes in PNG and WebP too. 1 where the bytes do not say one.
int exif_orientation(std::string_view exif);

// The picture as it was seen through a camera that gave it this orientation.
Image upright(Image image, int orientation);

}  // namespace fer::image
