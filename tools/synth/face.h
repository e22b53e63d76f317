// A parametric face and how it is painted. Lengths are in units of half the picture: the face's own coordinates run
// from -1 to 1, x to the right, y down, the eyes a little above 0 and the mouth at about 0.5.
#pragma once

#include <array>
#include <cstdint>

namespace fer::synthetic {

inline constexpr int kSide = 48;
using Pixels = std::array<uint8_t, kSide * kSide>;

struct Brow {
  double inner = 0, outer = 0, arch = 0;  // raised by so much at its ends and in the middle
  double gap = 0.12;                      // from the nose's line to its inner end
  double thickness = 0.035;
  double base = 0.20;  // above the eye
};

struct Eye {
  double x = 0.31, y = -0.16;
  double half_width = 0.16;
  double upper = 0.085, lower = 0.05;  // lids above and below the line between the corners
  double droop = 0;                    // outer corner lower by
  double iris = 0.07;
  double gaze_x = 0, gaze_y = 0;
};

struct Nose {
  double width = 0.10, y = 0.20;
  double wrinkles = 0;  // 0..1, across its root
};

struct Mouth {
  double y = 0.53, half_width = 0.27;
  double smile = 0;  // corners raised by
  double skew = 0;   // one corner more than the other
  double open_up = 0, open_down = 0;
  double roundness = 1;  // 1 a lens, 0.5 an ellipse
  double upper_lip = 0.05, lower_lip = 0.065;
  double lip_shade = 0.75;  // of the skin
  double teeth = 0;         // share of the opening that shows them
};

struct Skin {
  double tone = 170;
  double folds = 0;     // from nose to the mouth's corners
  double frown = 0;     // upright lines between the brows
  double forehead = 0;  // lines across it
  double cheeks = 0;    // raised
  double bags = 0;      // under the eyes
  double beard = 0, moustache = 0;
};

struct Head {
  double width = 0.78, height = 0.98, jaw = 0.25;
  double hair_tone = 40, hairline = -0.62, hair_length = 0;  // length 0: short
  double parting = 0;
  double fringe = 0;
  bool glasses = false;
};

struct Pose {
  double angle_rad = 0, scale = 1, dx = 0, dy = 0;
  double yaw = 0, pitch = 0;
};

struct Light {
  double background = 90, background_slope = 0;
  double direction_rad = 0, strength = 0;
  double contrast = 1, brightness = 0;
  double blur = 1;   // width of an edge in pixels
  double noise = 4;  // standard deviation
};

struct Face {
  Head head;
  std::array<Brow, 2> brows;  // left and right in the picture
  std::array<Eye, 2> eyes;
  Nose nose;
  Mouth mouth;
  Skin skin;
  Pose pose;
  Light light;
};

// The picture without its noise, 0..255 but not yet clipped.
std::array<float, kSide * kSide> paint(const Face& face);

}  // namespace fer::synthetic
