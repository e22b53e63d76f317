#include "tools/synth/synthetic_faces.h"

#include <algorithm>
#include <cmath>

#include "core/random.h"

namespace fer::synthetic {
namespace {

// Draws numbers one after the other.
class Dice {
 public:
  Dice(uint64_t seed, uint32_t index) : stream_{.seed = seed, .use = RandomUse::kSynthetic, .a = index, .b = 0} {}
  double between(double low, double high) {
    return low + (high - low) * static_cast<double>(random_unit(stream_, at_++));
  }
  double around(double middle, double spread) { return between(middle - spread, middle + spread); }
  bool chance(double probability) { return between(0, 1) < probability; }

 private:
  RandomStream stream_;
  uint64_t at_ = 0;
};

// Somebody with a blank face.
void draw_identity(Dice& dice, Face& f) {
  f.skin.tone = dice.between(120, 205);
  f.head.width = dice.between(0.70, 0.86);
  f.head.height = dice.between(0.94, 1.06);
  f.head.jaw = dice.between(0.12, 0.36);
  f.head.hair_tone = dice.chance(0.75) ? dice.between(15, 70) : dice.between(70, 170);
  f.head.hairline = dice.between(-0.82, -0.58);
  f.head.hair_length = dice.chance(0.4) ? dice.between(0.2, 1.1) : 0;
  f.head.parting = dice.around(0, 0.2);
  f.head.fringe = dice.between(0, 1);
  f.head.glasses = dice.chance(0.1);
  const double eye_x = dice.around(0.31, 0.025), eye_y = dice.around(-0.15, 0.03), eye_size = dice.between(0.88, 1.14);
  const double iris = dice.around(0.07, 0.01), gaze_x = dice.around(0, 0.035), gaze_y = dice.around(0, 0.012);
  const double lids = dice.between(0.85, 1.2), slant = dice.around(0, 0.012);
  const double brow_base = dice.around(0.20, 0.03), brow_thickness = dice.between(0.02, 0.05),
               brow_arch = dice.between(0, 0.04);
  const double brow_slope = dice.around(0, 0.02);
  for (const size_t side : {0, 1}) {
    f.eyes[side] = {.x = eye_x,
                    .y = eye_y,
                    .half_width = 0.16 * eye_size,
                    .upper = 0.085 * lids * eye_size,
                    .lower = 0.05 * eye_size,
                    .droop = slant,
                    .iris = iris,
                    .gaze_x = gaze_x,
                    .gaze_y = gaze_y};
    f.brows[side] = {.inner = brow_slope,
                     .outer = -brow_slope,
                     .arch = brow_arch,
                     .gap = dice.around(0.12, 0.01),
                     .thickness = brow_thickness,
                     .base = brow_base};
  }
  f.nose = {.width = dice.between(0.08, 0.13), .y = dice.around(0.21, 0.03), .wrinkles = 0};
  f.mouth.y = dice.around(0.54, 0.035);
  f.mouth.half_width = dice.between(0.23, 0.30);
  f.mouth.smile = dice.around(0, 0.02);
  f.mouth.upper_lip = dice.between(0.03, 0.06);
  f.mouth.lower_lip = dice.between(0.045, 0.08);
  f.mouth.lip_shade = dice.between(0.62, 0.86);
  f.skin.folds = dice.between(0, 0.35);
  f.skin.bags = dice.between(0, 0.6);
  f.skin.forehead = dice.between(0, 0.25);
  const bool hairy = dice.chance(0.14);
  f.skin.beard = hairy ? dice.between(0.2, 0.8) : 0;
  f.skin.moustache = hairy && dice.chance(0.6) ? dice.between(0.4, 0.9) : 0;
}

void draw_pose(Dice& dice, Pose& pose) {
  pose = {.angle_rad = dice.around(0, 0.2),
          .scale = dice.between(0.88, 1.14),
          .dx = dice.around(0, 0.09),
          .dy = dice.around(0, 0.09),
          .yaw = dice.around(0, 0.27),
          .pitch = dice.around(0, 0.09)};
}

void draw_light(Dice& dice, Light& light) {
  light = {.background = dice.between(15, 225),
           .background_slope = dice.around(0, 40),
           .direction_rad = dice.around(0, 2.2),
           .strength = dice.between(0, 0.45),
           .contrast = dice.between(0.55, 1.12),
           .brightness = dice.around(0, 30),
           .blur = dice.between(1.0, 2.0),
           .noise = dice.between(2, 10)};
}

// Moves both brows by (inner, outer, arch).
void move_brows(Face& f, double inner, double outer, double arch) {
  for (Brow& b : f.brows) {
    b.inner += inner;
    b.outer += outer;
    b.arch += arch;
  }
}

// Each expression moves the blank face by a strength that differs from picture to picture, and has its variants. What
// people do: Ekman and Friesen's "Facial Action Coding System" (1978), whose units (AU) are named below.
void make_angry(Dice& dice, double strength, Face& f) {
  move_brows(f, -0.13 * strength, 0.03 * strength, -0.02 * strength);  // AU 4
  for (Brow& b : f.brows) b.gap -= 0.055 * strength;
  for (Eye& e : f.eyes) {
    e.upper *= 1 - 0.15 * strength;
    e.lower *= 1 - 0.35 * strength;
  }
  f.skin.frown = strength;
  f.skin.folds += 0.25 * strength;
  if (dice.chance(0.35)) {  // bared teeth
    f.mouth.open_up = 0.05 * strength;
    f.mouth.open_down = 0.07 * strength;
    f.mouth.roundness = 0.45;
    f.mouth.teeth = dice.between(0.8, 1.0);
    f.mouth.smile -= 0.05 * strength;
  } else {  // pressed lips, AU 23 and 24
    f.mouth.upper_lip *= 1 - 0.6 * strength;
    f.mouth.lower_lip *= 1 - 0.5 * strength;
    f.mouth.half_width *= 1 - 0.12 * strength;
    f.mouth.smile -= 0.045 * strength;
  }
}

void make_disgusted(Dice& dice, double strength, Face& f) {
  move_brows(f, -0.07 * strength, -0.03 * strength, -0.01);
  for (Eye& e : f.eyes) {
    e.upper *= 1 - 0.40 * strength;
    e.lower *= 1 - 0.25 * strength;
  }
  f.nose.wrinkles = strength;  // AU 9
  f.nose.y -= 0.045 * strength;
  f.nose.width += 0.03 * strength;
  f.skin.folds += 0.65 * strength;
  f.mouth.y -= 0.045 * strength;
  f.mouth.smile -= dice.between(0.05, 0.10) * strength;  // AU 10: the upper lip is raised in its middle
  f.mouth.skew = dice.around(0, 0.05);
  f.mouth.lower_lip += 0.025 * strength;
  if (dice.chance(0.55)) {
    f.mouth.open_up = 0.07 * strength;
    f.mouth.open_down = 0.01;
    f.mouth.roundness = 0.8;
    f.mouth.teeth = dice.between(0.5, 0.9);
  }
}

void make_afraid(Dice& dice, double strength, Face& f) {
  move_brows(f, 0.13 * strength, 0.04 * strength, -0.02 * strength);  // AU 1, 2 and 4: raised, straight, drawn together
  for (Brow& b : f.brows) b.gap -= 0.03 * strength;
  for (Eye& e : f.eyes) {
    e.upper *= 1 + 0.65 * strength;
    e.lower *= 1 + 0.15 * strength;
    e.iris *= 0.92;
  }
  f.skin.forehead += 0.6 * strength;
  f.mouth.half_width *= 1 + 0.25 * strength;  // AU 20
  f.mouth.smile -= dice.between(0.03, 0.08) * strength;
  f.mouth.open_up = 0.04 * strength;
  f.mouth.open_down = dice.between(0.05, 0.13) * strength;
  f.mouth.roundness = 0.5;
  f.mouth.teeth = dice.chance(0.5) ? dice.between(0.2, 0.4) : 0;
}

void make_happy(Dice& dice, double strength, Face& f) {
  f.mouth.smile += 0.15 * strength;  // AU 12
  f.mouth.half_width *= 1 + 0.28 * strength;
  f.mouth.upper_lip *= 1 - 0.3 * strength;
  f.skin.cheeks = strength;  // AU 6
  f.skin.folds += 0.55 * strength;
  f.skin.bags += 0.4 * strength;
  for (Eye& e : f.eyes) {
    e.lower *= 1 - 0.55 * strength;
    e.upper *= 1 - 0.12 * strength;
  }
  move_brows(f, 0.01, 0, 0.01);
  if (dice.chance(0.65)) {
    f.mouth.open_up = 0.01;
    f.mouth.open_down = dice.between(0.06, 0.16) * strength;
    f.mouth.teeth = dice.between(0.55, 1.0);
  }
}

void make_sad(Dice& dice, double strength, Face& f) {
  move_brows(f, 0.11 * strength, -0.08 * strength, -0.01);  // AU 1 and 4
  for (Brow& b : f.brows) b.gap -= 0.02 * strength;
  for (Eye& e : f.eyes) {
    e.upper *= 1 - 0.30 * strength;
    e.droop += 0.035 * strength;
    e.gaze_y += dice.between(0, 0.02) * strength;
  }
  f.mouth.smile -= dice.between(0.08, 0.13) * strength;  // AU 15
  f.mouth.half_width *= 1 - 0.08 * strength;
  f.mouth.lower_lip += 0.03 * strength;  // AU 17
  f.mouth.y += 0.01;
  f.skin.bags += 0.3 * strength;
  f.skin.folds += 0.15 * strength;
}

void make_surprised(Dice& dice, double strength, Face& f) {
  move_brows(f, 0.08 * strength, 0.08 * strength, 0.07 * strength);  // AU 1 and 2
  for (Eye& e : f.eyes) {
    e.upper *= 1 + 0.60 * strength;
    e.lower *= 1 + 0.25 * strength;
    e.iris *= 0.95;
  }
  f.skin.forehead += 0.5 * strength;
  f.mouth.half_width *= 1 - dice.between(0.25, 0.5) * strength;
  f.mouth.open_up = 0.09 * strength;  // AU 26
  f.mouth.open_down = dice.between(0.12, 0.2) * strength;
  f.mouth.roundness = 0.5;
  f.mouth.y += 0.04 * strength;
  f.mouth.teeth = dice.chance(0.25) ? 0.2 : 0;
}

void make_expression(Dice& dice, int label, Face& f) {
  const double strength = dice.between(0.6, 1.2);
  switch (label) {
    case 0:
      return make_angry(dice, strength, f);
    case 1:
      return make_disgusted(dice, strength, f);
    case 2:
      return make_afraid(dice, strength, f);
    case 3:
      return make_happy(dice, strength, f);
    case 4:
      return make_sad(dice, strength, f);
    case 5:
      return make_surprised(dice, strength, f);
    default:
      if (dice.chance(0.15)) f.mouth.open_down = dice.between(0, 0.05);  // slightly parted lips
  }
}

// No face is even: each side moves by a little more or less.
void make_uneven(Dice& dice, Face& f) {
  for (const size_t side : {0, 1}) {
    f.brows[side].inner += dice.around(0, 0.018);
    f.brows[side].outer += dice.around(0, 0.018);
    f.eyes[side].upper *= dice.between(0.88, 1.12);
    f.eyes[side].y += dice.around(0, 0.01);
  }
  f.mouth.skew += dice.around(0, 0.015);
}

}  // namespace

Sample draw_sample(uint64_t seed, uint32_t index, int label) {
  Dice dice(seed, index);
  dice.between(0, 1);  // the label's draw
  Face face;
  draw_identity(dice, face);
  draw_pose(dice, face.pose);
  draw_light(dice, face.light);
  make_expression(dice, label, face);
  make_uneven(dice, face);
  const auto tones = paint(face);
  const RandomStream noise = {.seed = seed, .use = RandomUse::kSynthetic, .a = index, .b = 1};
  Sample sample{.label = label};
  for (size_t i = 0; i < tones.size(); ++i) {
    const double value = tones[i] + face.light.noise * random_normal(noise, i);
    sample.pixels[i] = static_cast<uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
  }
  return sample;
}

Sample draw_sample(uint64_t seed, uint32_t index) {
  return draw_sample(seed, index, std::min(6, static_cast<int>(Dice(seed, index).between(0, 7))));
}

}  // namespace fer::synthetic
