// Letters for pictures: capitals and digits of 3x5 cells.
#pragma once

#include <string>

#include "fer/image.h"

namespace fer::cli {

// Writes `text` with its top left corner at (y, x), in cells of `scale` pixels, in black. Lower case becomes
// capitals, characters without a form are left blank, and what does not fit is cut off. A letter takes 4 cells of
// width.
void draw_text(Image& image, const std::string& text, int64_t y, int64_t x, int64_t scale);

}  // namespace fer::cli
