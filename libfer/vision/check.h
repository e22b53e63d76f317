// What is refused before a detector or a crop sees it.
#pragma once

#include <cstdint>
#include <string>

#include "fer/image.h"
#include "fer/vision.h"

namespace fer::vision {

inline constexpr int64_t kMostPixels = 100'000'000;

// Throws Error, beginning with `where`, unless extents, channels and the number of pixels agree.
void check_picture(const Image& picture, const std::string& where);

// Throws Error, beginning with `where`, unless the box has pixels and lies no further away than any picture reaches.
void check_box(const Box& box, const std::string& where);

// The message of another library's exception on one line, cut where it is long.
std::string on_one_line(const std::string& message);

}  // namespace fer::vision
