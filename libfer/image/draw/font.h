// The letters: strokes on a grid.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "fer/draw.h"

namespace fer::image {

// In units of the grid: capitals reach from 0 down to the base line at 12, small letters begin at 4, tails end at 16.
struct Glyph {
  std::vector<std::vector<PicturePoint>> strokes;  // of straight lines; one point is a dot
  double advance = 0;                              // to the next letter's left edge
};

inline constexpr double kLineUnits = 18;  // from the top of capitals to the end of tails, and the space around
inline constexpr double kStrokeUnits = 1.7;

// The glyph of a printable character of ASCII, else that of one that is not there.
const Glyph& glyph_of(char32_t character);

// The next character of UTF-8, which is taken off `text`; what is not UTF-8 counts byte by byte, as U+FFFD.
char32_t next_character(std::string_view& text);

}  // namespace fer::image
