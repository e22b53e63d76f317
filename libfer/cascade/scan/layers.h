// The sizes at which a picture is scanned: OpenCV's choices.
#pragma once

#include <vector>

#include "cascade/scan/integral.h"
#include "fer/cascade.h"

namespace fer::cascade {

// The picture made smaller by `scale`, so that the cascade's window of one size finds what is `scale` times as large.
struct Layer {
  float scale = 1;
  int width = 0, height = 0;             // of the smaller picture
  int box_width = 0, box_height = 0;     // of a window in the whole picture
  int step = 1;                          // from window to window, in the smaller picture
  int windows_across = 0, rows_end = 0;  // windows begin at 0, step, ... below rows_end
};

// In the order of their scales; none where the picture is smaller than the window. Throws Error where an option is out
// of its range.
std::vector<Layer> layers_of(int picture_width, int picture_height, int window_width, int window_height,
                             const ScanOptions& options);

}  // namespace fer::cascade
