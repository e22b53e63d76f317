#include "tools/synth/face.h"

#include <algorithm>
#include <cmath>

namespace fer::synthetic {
namespace {

struct Point {
  double x = 0, y = 0;
};

double square(double x) { return x * x; }
double length(double x, double y) { return std::sqrt(x * x + y * y); }

// Paints one pixel: later layers cover earlier ones. `edge` is the width over which a shape's border fades.
class Painter {
 public:
  Painter(const Face& face, double edge) : f_(face), edge_(edge) {}

  // `at` is in head coordinates.
  double tone(Point at) {
    at_ = at;
    background();
    back_hair();
    head();
    // Features lie on a ball, turned by yaw and pitch.
    const double lon = std::asin(std::clamp(at.x / 1.15, -0.99, 0.99)) - f_.pose.yaw;
    at_ = {1.15 * std::sin(lon), at.y - f_.pose.pitch * (1 - 0.5 * square(at.y))};
    const double inside = head_cover_;
    const double below = tone_;
    wrinkles();
    nose();
    hair_on_skin();
    mouth();
    for (const int side : {0, 1}) eye(side);
    for (const int side : {0, 1}) brow(side);
    tone_ = below + inside * (tone_ - below);
    at_ = at;
    front_hair();
    return tone_;
  }

 private:
  // How much of the pixel a shape covers, by the signed distance from its border (negative inside).
  double cover(double distance) const { return std::clamp(0.5 - distance / edge_, 0.0, 1.0); }
  double soft(double distance, double width) const {
    const double t = std::clamp(0.5 - distance / (edge_ + width), 0.0, 1.0);
    return t * t * (3 - 2 * t);
  }
  void lay(double share, double tone) { tone_ += share * (tone - tone_); }
  void darken(double share) { tone_ *= 1 - share; }

  // Whether the pixel lies within `reach` of the box around two points. What lies outside is not computed: a third
  // less time.
  bool near_box(Point a, Point b, double reach) const {
    const auto [left, right] = std::minmax(a.x, b.x);
    const auto [top, bottom] = std::minmax(a.y, b.y);
    return at_.x > left - reach && at_.x < right + reach && at_.y > top - reach && at_.y < bottom + reach;
  }

  // Near enough for shapes not much longer than wide.
  static double ellipse(Point p, Point centre, double rx, double ry) {
    const double x = (p.x - centre.x) / rx, y = (p.y - centre.y) / ry;
    return (std::sqrt(x * x + y * y) - 1) * std::min(rx, ry);
  }

  static double segment(Point p, Point a, Point b) {
    const double ux = b.x - a.x, uy = b.y - a.y;
    const double t = std::clamp(((p.x - a.x) * ux + (p.y - a.y) * uy) / (ux * ux + uy * uy), 0.0, 1.0);
    return length(p.x - a.x - t * ux, p.y - a.y - t * uy);
  }

  void background() { tone_ = f_.light.background + f_.light.background_slope * at_.x; }

  double outline(double grow) const {
    const double narrow = 1 - f_.head.jaw * square(std::max(0.0, at_.y));
    return ellipse({at_.x / narrow, at_.y}, {0, 0.03}, f_.head.width + grow, f_.head.height + grow);
  }

  void back_hair() {
    if (f_.head.hair_length <= 0) return;
    const double d =
        std::max(ellipse(at_, {0, -0.05}, f_.head.width + 0.16, f_.head.height + 0.1), at_.y - f_.head.hair_length);
    lay(cover(d), f_.head.hair_tone);
  }

  void head() {
    const double d = outline(0);
    head_cover_ = cover(d);
    // Round like a ball: darker where the surface turns away.
    const double away = std::clamp(1 + d / 0.55, 0.0, 1.0);
    lay(head_cover_, f_.skin.tone * (1.05 - 0.3 * away * away * away));
  }

  void front_hair() {
    const Head& h = f_.head;
    const double line = h.hairline + 0.35 * square(at_.x) + h.parting * at_.x + h.fringe * std::sin(9 * at_.x) * 0.04;
    const double d = std::max(outline(0.07), (at_.y - line) * 0.9);
    lay(cover(d), h.hair_tone + 14 * std::sin(21 * at_.x + 5 * at_.y));
  }

  void line(Point a, Point b, double half_width, double darkness) {
    constexpr double kFade = 0.03;
    const double reach = half_width + 0.5 * (edge_ + kFade);
    if (darkness <= 0 || !near_box(a, b, reach)) return;
    darken(darkness * soft(segment(at_, a, b) - half_width, kFade));
  }

  void wrinkles() {
    const Skin& s = f_.skin;
    const Mouth& m = f_.mouth;
    for (const double side : {-1.0, 1.0}) {
      const double x = side * (f_.nose.width + 0.07);
      line({x, f_.nose.y - 0.05}, {side * (m.half_width + 0.09), m.y - 0.05 - 0.5 * m.smile}, 0.008, 0.45 * s.folds);
      line({side * 0.055, -0.44}, {side * 0.045, -0.26}, 0.008, 0.55 * s.frown);
      const Point cheek = {side * 0.42, 0.19};
      tone_ += 15 * s.cheeks * soft(ellipse(at_, cheek, 0.17, 0.12), 0.12);
      darken(0.22 * s.cheeks * soft(std::abs(ellipse(at_, {cheek.x, cheek.y - 0.01}, 0.19, 0.15)) - 0.01, 0.04) *
             (at_.y < cheek.y ? 0.5 : 1.0));
      const Eye& e = f_.eyes[side < 0 ? 0 : 1];
      line({side * (e.x - 0.11), e.y + e.lower + 0.06}, {side * (e.x + 0.11), e.y + e.lower + 0.05}, 0.008,
           0.35 * s.bags);
    }
    for (const double y : {-0.60, -0.51}) line({-0.3, y}, {0.3, y}, 0.006, 0.35 * s.forehead);
  }

  void nose() {
    const Nose& n = f_.nose;
    const double shadow = f_.light.direction_rad > 0 ? 1 : -1;
    line({shadow * 0.06, -0.1}, {shadow * (n.width + 0.01), n.y - 0.04}, 0.012, 0.16);
    tone_ += 14 * soft(segment(at_, {0, -0.12}, {0, n.y - 0.06}) - 0.02, 0.06);
    for (const double side : {-1.0, 1.0}) {
      darken(0.55 * cover(ellipse(at_, {side * n.width * 0.6, n.y + 0.015}, 0.04, 0.022)));
      line({side * (n.width + 0.025), n.y - 0.05}, {side * (n.width + 0.015), n.y + 0.02}, 0.008, 0.28);
      for (const double y : {-0.09, -0.03, 0.03})
        line({side * 0.02, y + 0.02}, {side * 0.11, y - 0.035}, 0.009, 0.5 * n.wrinkles);
    }
    line({-n.width * 0.5, n.y + 0.045}, {n.width * 0.5, n.y + 0.045}, 0.008, 0.25);
  }

  void hair_on_skin() {
    const Skin& s = f_.skin;
    const double shade = 0.65 * s.beard * soft(-(at_.y - 0.33 - 0.25 * (1 - square(at_.x / 0.6))), 0.1);
    lay(shade, f_.head.hair_tone + 15);
    const double y = f_.mouth.y - f_.mouth.open_up - f_.mouth.upper_lip - 0.05;
    const double d = segment(at_, {-0.2, y + 0.03}, {0.2, y + 0.03}) - 0.035;
    lay(0.85 * s.moustache * cover(d), f_.head.hair_tone + 10);
  }

  void mouth() {
    const Mouth& m = f_.mouth;
    const double t = at_.x / m.half_width;
    const double span = std::max(0.0, 1 - t * t);
    const double ends = (std::abs(t) - 1) * m.half_width;
    if (ends > edge_ || at_.y < m.y - 0.45) return;
    const double middle = m.y - m.smile * (t * t - 0.3) - m.skew * t;
    const double bulge = std::pow(span, m.roundness);
    const double top = middle - m.open_up * bulge, bottom = middle + m.open_down * bulge;
    const double steep = 1 + 1.5 * std::abs(m.smile);  // vertical distances overstate those across a slope
    const double lip = std::pow(span, 0.6);
    const double lips =
        std::max({(top - m.upper_lip * lip - at_.y) / steep, (at_.y - bottom - m.lower_lip * lip) / steep, ends});
    lay(cover(lips), f_.skin.tone * m.lip_shade);
    const double inner = std::max({(top - at_.y) / steep, (at_.y - bottom) / steep, ends});
    lay(cover(inner) * std::min(1.0, (m.open_up + m.open_down) / 0.02), 28);
    if (m.teeth > 0) {
      const double edge = top + m.teeth * (bottom - top);
      lay(cover(std::max(inner + 0.015, (at_.y - edge) / steep)), 0.5 * f_.skin.tone + 125);
    }
    // The line where closed lips meet.
    const double closed = std::clamp(1 - (m.open_up + m.open_down) / 0.05, 0.0, 1.0);
    const double seam = std::max(std::abs(at_.y - middle) / steep - 0.012, ends - 0.01);
    darken(0.75 * closed * cover(seam));
    // Shadow under the lower lip.
    line({-0.1, bottom + m.lower_lip + 0.05}, {0.1, bottom + m.lower_lip + 0.05}, 0.012, 0.18);
  }

  void eye(int side) {
    const Eye& e = f_.eyes[static_cast<size_t>(side)];
    const double sign = side == 0 ? -1 : 1;
    const Point middle = {sign * e.x, e.y};
    if (!near_box(middle, middle, 0.45)) return;
    // x from the inner corner (-1) to the outer one (1).
    const double x = (at_.x - sign * e.x) * sign;
    const double t = x / e.half_width;
    const double span = std::max(0.0, 1 - t * t);
    const double axis = e.y + e.droop * t;
    const double top = axis - e.upper * span, bottom = axis + e.lower * span;
    const double ends = (std::abs(t) - 1) * e.half_width;
    // The socket's shadow, and the fold of the lid.
    darken(0.16 * soft(ellipse(at_, {sign * e.x, e.y - 0.04}, 0.22, 0.14), 0.08));
    const double inner = std::max({top - at_.y, at_.y - bottom, ends});
    const double open = std::clamp((e.upper + e.lower) / 0.04, 0.0, 1.0);
    lay(cover(inner) * open, 0.35 * f_.skin.tone + 150);
    const Point iris = {sign * e.x + e.gaze_x, e.y + 0.5 * (e.lower - e.upper) * 0.4 + e.gaze_y};
    const double ball = length(at_.x - iris.x, at_.y - iris.y);
    lay(std::min(cover(inner), cover(ball - e.iris)) * open, 55);
    lay(std::min(cover(inner), cover(ball - 0.45 * e.iris)) * open, 15);
    darken(0.75 * cover(std::max(std::abs(at_.y - top) - 0.018, ends)));
    darken(0.3 * cover(std::max(std::abs(at_.y - bottom) - 0.008, ends)));
    if (f_.head.glasses) {
      const double ring = std::abs(ellipse(at_, {sign * e.x, e.y + 0.02}, 0.25, 0.19)) - 0.016;
      lay(0.85 * cover(ring), 30);
      lay(0.85 * cover(segment(at_, {0, e.y}, {sign * (e.x - 0.25), e.y}) - 0.014), 30);
    }
  }

  void brow(int side) {
    const Brow& b = f_.brows[static_cast<size_t>(side)];
    const Eye& e = f_.eyes[static_cast<size_t>(side)];
    const double x = side == 0 ? -at_.x : at_.x;
    constexpr double kLength = 0.40;
    if (x < b.gap - 0.15 || x > b.gap + kLength + 0.15 || at_.y > e.y + 0.3) return;
    const double t = (x - b.gap) / kLength;
    const double inside = std::clamp(t, 0.0, 1.0);
    const double y = e.y - b.base - b.inner * (1 - inside) - b.outer * inside - b.arch * 4 * inside * (1 - inside);
    const double slope = (b.inner - b.outer - b.arch * 4 * (1 - 2 * inside)) / kLength;
    const double across = (at_.y - y) / std::sqrt(1 + slope * slope);
    const double along = (t - inside) * kLength;
    const double thickness = b.thickness * (1 - 0.5 * inside * inside);
    lay(0.9 * cover(length(across, along) - thickness), std::min(f_.head.hair_tone, 0.55 * f_.skin.tone));
  }

  const Face& f_;
  const double edge_;
  Point at_;
  double tone_ = 0, head_cover_ = 0;
};

}  // namespace

std::array<float, kSide * kSide> paint(const Face& face) {
  const Pose& pose = face.pose;
  const Light& light = face.light;
  const double pixel = 2.0 / kSide;
  Painter painter(face, light.blur * pixel / pose.scale);
  const double sine = std::sin(pose.angle_rad) / pose.scale, cosine = std::cos(pose.angle_rad) / pose.scale;
  const double light_x = std::sin(light.direction_rad), light_y = -std::cos(light.direction_rad);
  std::array<float, kSide * kSide> out;
  for (int row = 0; row < kSide; ++row) {
    for (int column = 0; column < kSide; ++column) {
      const double x = (column + 0.5) * pixel - 1, y = (row + 0.5) * pixel - 1;
      const double u = x - pose.dx, v = y - pose.dy;
      const double tone = painter.tone({cosine * u + sine * v, cosine * v - sine * u});
      const double lit = tone * (1 + light.strength * (light_x * x + light_y * y));
      out[static_cast<size_t>(row * kSide + column)] =
          static_cast<float>(128 + light.contrast * (lit - 128) + light.brightness);
    }
  }
  return out;
}

}  // namespace fer::synthetic
