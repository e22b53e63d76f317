// Where on a picture the label and the bars of a face have room.
#pragma once

#include <span>
#include <vector>

#include "fer/draw.h"

namespace fer::cli {

struct BoxSize {
  double width = 0, height = 0;
};

// What is already on the picture.
struct Taken {
  BoxSize picture;
  std::vector<PictureBox> faces, panels;
};

// The place for a panel beside `face`, which is one of the faces: to its right, to its left, below or above, the first
// where it covers nothing, else where it covers least; moved into the picture. `gap`: pixels from the face.
PictureBox place_panel(const Taken& taken, const PictureBox& face, const BoxSize& panel, double gap);

// The place for the label: on the upper edge of the face, outside where there is room, else inside.
PictureBox place_label(const BoxSize& picture, const PictureBox& face, const BoxSize& label);

}  // namespace fer::cli
