// The drawn emotions. A face lies within the circle of radius 1 around (0, 0); y points down.
#include <fmt/format.h>

#include <cmath>
#include <initializer_list>
#include <numbers>
#include <vector>

#include "fer/draw.h"
#include "fer/error.h"
#include "image/image_codecs.h"

namespace fer {
namespace image {
namespace {

using Points = std::vector<PicturePoint>;

constexpr Colour kDark = {62, 39, 20}, kWhite = {255, 255, 255}, kMouth = {110, 30, 30}, kTongue = {235, 110, 120};
constexpr Colour kYellow = {255, 208, 64};

// A picture that is drawn on in the face's own units.
class Sketch {
 public:
  Sketch(int64_t size, const Colour& skin)
      : image_(blank_image(size, size, 3, "emoji", kMaxPixels)), unit_(static_cast<double>(size) / 2) {
    const auto darker = [](uint8_t value) { return static_cast<uint8_t>(value * 3 / 4); };
    fill_rectangle(image_, {0, 0, 2 * unit_, 2 * unit_}, {darker(skin.red), darker(skin.green), darker(skin.blue)});
    ellipse(0, 0, 0.93, 0.93, skin);
    ellipse(0, -0.32, 0.66, 0.5, {255, 255, 255, 0.16});
  }

  void ellipse(double x, double y, double rx, double ry, const Colour& colour) {
    draw_ellipse(image_, {unit_ * (1 + x - rx), unit_ * (1 + y - ry), 2 * unit_ * rx, 2 * unit_ * ry}, colour);
  }
  void line(const Points& points, double thickness, const Colour& colour) {
    draw_lines(image_, placed(points), unit_ * thickness, colour);
  }
  void polygon(const Points& points, const Colour& colour) { fill_polygon(image_, placed(points), colour); }
  // The same on both sides of the face.
  void eyes(double x, double y, double rx, double ry, const Colour& colour) {
    ellipse(-x, y, rx, ry, colour);
    ellipse(x, y, rx, ry, colour);
  }
  void brows(const Points& right) {
    Points left = right;
    for (PicturePoint& p : left) p.x = -p.x;
    line(left, 0.1, kDark);
    line(right, 0.1, kDark);
  }

  Overlay finish() && {
    Overlay overlay = {std::move(image_), {}};
    overlay.opacity = blank_image(overlay.colour.height, overlay.colour.width, 1, "emoji", kMaxPixels);
    draw_disc(overlay.opacity, {unit_, unit_}, unit_ - 0.5, kWhite);
    return overlay;
  }

 private:
  Points placed(const Points& points) const {
    Points out;
    for (const PicturePoint& p : points) out.push_back({unit_ * (1 + p.x), unit_ * (1 + p.y)});
    return out;
  }

  Image image_;
  double unit_;
};

// A part of an ellipse, from one angle to another in turns; 0 points right, 0.25 down.
Points arc(double x, double y, double rx, double ry, double from, double to) {
  constexpr int kSteps = 24;
  Points points;
  for (int i = 0; i <= kSteps; ++i) {
    const double angle = 2 * std::numbers::pi * (from + (to - from) * i / kSteps);
    points.push_back({x + rx * std::cos(angle), y + ry * std::sin(angle)});
  }
  return points;
}

void angry(Sketch& face) {
  face.eyes(0.36, -0.06, 0.12, 0.14, kDark);
  face.brows({{0.12, -0.2}, {0.6, -0.46}});
  face.line(arc(0, 0.68, 0.38, 0.28, 0.56, 0.94), 0.11, kDark);
}

void disgust(Sketch& face) {
  for (const double side : {-1.0, 1.0}) {
    face.line({{side * 0.56, -0.3}, {side * 0.24, -0.14}, {side * 0.56, 0.0}}, 0.09, kDark);
  }
  face.brows({{0.16, -0.42}, {0.56, -0.5}});
  face.polygon({{-0.12, 0.44}, {0.34, 0.44}, {0.34, 0.66}, {-0.12, 0.66}}, kTongue);
  face.ellipse(0.11, 0.66, 0.23, 0.16, kTongue);
  face.line({{0.11, 0.46}, {0.11, 0.66}}, 0.05, {200, 70, 90});
  face.line({{-0.5, 0.5}, {-0.3, 0.38}, {-0.08, 0.46}, {0.12, 0.38}, {0.34, 0.46}, {0.52, 0.36}}, 0.11, kDark);
}

void fear(Sketch& face) {
  face.eyes(0.34, -0.1, 0.22, 0.25, kWhite);
  face.eyes(0.34, -0.08, 0.08, 0.09, kDark);
  face.brows({{0.16, -0.62}, {0.38, -0.54}, {0.62, -0.4}});
  face.ellipse(0, 0.52, 0.4, 0.24, kMouth);
  face.polygon({{-0.3, 0.36}, {0.3, 0.36}, {0.36, 0.48}, {-0.36, 0.48}}, kWhite);
  face.polygon({{-0.34, 0.6}, {0.34, 0.6}, {0.26, 0.69}, {-0.26, 0.69}}, kWhite);
}

void happy(Sketch& face) {
  for (const double side : {-1.0, 1.0}) face.line(arc(side * 0.36, -0.08, 0.19, 0.22, 0.54, 0.96), 0.11, kDark);
  face.eyes(0.62, 0.18, 0.15, 0.1, {255, 120, 90, 0.45});
  Points mouth = arc(0, 0.14, 0.56, 0.6, 0, 0.5);
  face.polygon(mouth, kMouth);
  face.ellipse(0, 0.66, 0.26, 0.11, kTongue);
  face.polygon({{-0.54, 0.14}, {0.54, 0.14}, {0.47, 0.31}, {-0.47, 0.31}}, kWhite);
  mouth.push_back(mouth.front());
  face.line(mouth, 0.06, kDark);
}

void sad(Sketch& face) {
  face.eyes(0.35, -0.04, 0.11, 0.13, kDark);
  face.brows({{0.14, -0.44}, {0.36, -0.36}, {0.58, -0.22}});
  face.line(arc(0, 0.68, 0.34, 0.24, 0.56, 0.94), 0.1, kDark);
  const Colour tear = {70, 160, 240};
  face.ellipse(0.47, 0.38, 0.12, 0.14, tear);
  face.polygon({{0.47, 0.1}, {0.575, 0.33}, {0.365, 0.33}}, tear);
  face.ellipse(0.44, 0.4, 0.03, 0.05, {255, 255, 255, 0.7});
}

void surprise(Sketch& face) {
  face.eyes(0.34, -0.12, 0.16, 0.2, kWhite);
  face.eyes(0.34, -0.12, 0.1, 0.12, kDark);
  face.brows(arc(0.36, -0.46, 0.2, 0.16, 0.58, 0.92));
  face.ellipse(0, 0.48, 0.2, 0.28, kDark);
  face.ellipse(0, 0.5, 0.14, 0.2, kMouth);
}

void neutral(Sketch& face) {
  face.eyes(0.34, -0.12, 0.1, 0.12, kDark);
  face.line({{-0.36, 0.4}, {0.36, 0.4}}, 0.1, kDark);
}

void contempt(Sketch& face) {
  face.eyes(0.34, -0.08, 0.1, 0.1, kDark);
  face.line({{-0.56, -0.2}, {-0.16, -0.2}}, 0.09, kDark);
  face.line(arc(0.36, -0.3, 0.22, 0.14, 0.55, 0.95), 0.09, kDark);
  face.line({{-0.3, 0.46}, {0.1, 0.46}, {0.28, 0.4}, {0.42, 0.24}}, 0.1, kDark);
}

struct Drawing {
  std::string_view name;
  Colour skin;
  void (*draw)(Sketch&);
};
constexpr Drawing kDrawings[] = {
    {"angry", {240, 96, 62}, angry},       {"disgust", {150, 190, 80}, disgust},
    {"fear", {178, 168, 232}, fear},       {"happy", kYellow, happy},
    {"sad", {120, 178, 232}, sad},         {"surprise", {255, 172, 78}, surprise},
    {"neutral", {226, 214, 190}, neutral}, {"contempt", {214, 178, 120}, contempt},
};

}  // namespace
}  // namespace image

Overlay drawn_emoji(std::string_view class_name, int64_t size) {
  constexpr int64_t kMost = 4096;
  if (size < 1 || size > kMost) throw Error(fmt::format("emoji: expected a size from 1 to {}, found {}", kMost, size));
  for (const image::Drawing& drawing : image::kDrawings) {
    if (drawing.name != class_name) continue;
    image::Sketch face(size, drawing.skin);
    drawing.draw(face);
    return std::move(face).finish();
  }
  return {};
}

}  // namespace fer
