// What readers of other programs' models say where a file does not tell how pixels become the network's input.
#pragma once

namespace fer::io {

inline constexpr const char* kPixelsAsTheyAre =
    "input: pixels of 0 to 255 go in as they are, since the model begins by scaling them itself "
    "(fer-convert's --pixel-scale and --pixel-shift say otherwise)";
inline constexpr const char* kPixelsDivided =
    "input: pixels are divided by 255 before they go in, which is assumed, as the file does not say "
    "(fer-convert's --pixel-scale and --pixel-shift say otherwise)";

}  // namespace fer::io
