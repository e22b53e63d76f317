#include "tools/faces/layout.h"

#include <algorithm>

namespace fer::cli {
namespace {

double common_area(const PictureBox& a, const PictureBox& b) {
  const double width = std::min(a.right(), b.right()) - std::max(a.left, b.left);
  const double height = std::min(a.bottom(), b.bottom()) - std::max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}

PictureBox moved_into(PictureBox box, const BoxSize& picture) {
  box.left = std::max(0.0, std::min(box.left, picture.width - box.width));
  box.top = std::max(0.0, std::min(box.top, picture.height - box.height));
  return box;
}

// What a box would cover of the picture's faces and panels.
double covered(const Taken& taken, const PictureBox& box) {
  double area = box.width * box.height - common_area(box, {0, 0, taken.picture.width, taken.picture.height});
  for (const PictureBox& face : taken.faces) area += common_area(box, face);
  for (const PictureBox& panel : taken.panels) area += common_area(box, panel);
  return area;
}

}  // namespace

PictureBox place_panel(const Taken& taken, const PictureBox& face, const BoxSize& panel, double gap) {
  const double right = face.right() + gap, left = face.left - gap - panel.width;
  const double low = face.bottom() - panel.height;
  const PictureBox places[] = {{right, face.top, panel.width, panel.height},
                               {left, face.top, panel.width, panel.height},
                               {right, low, panel.width, panel.height},
                               {left, low, panel.width, panel.height},
                               {face.left, face.bottom() + gap, panel.width, panel.height},
                               {face.left, face.top - gap - panel.height, panel.width, panel.height}};
  PictureBox best = {};
  double least = 0;
  for (const PictureBox& place : places) {
    const PictureBox inside = moved_into(place, taken.picture);
    const double area = covered(taken, inside);
    if (&place == places || area < least) {
      best = inside;
      least = area;
    }
  }
  return best;
}

PictureBox place_label(const BoxSize& picture, const PictureBox& face, const BoxSize& label) {
  const bool room = face.top >= label.height;
  return moved_into({face.left, room ? face.top - label.height : face.top, label.width, label.height}, picture);
}

}  // namespace fer::cli
