#include "image/draw/font.h"
#include "image/draw/paint.h"

namespace fer {
namespace image {
namespace {

void draw_glyph(Image& image, const Glyph& glyph, const PicturePoint& origin, double unit, const Ink& ink) {
  if (glyph.strokes.empty()) return;
  // Thinner than a pixel, strokes would only be fainter.
  const double thickness = std::max(kStrokeUnits * unit, 1.0), margin = thickness / 2 + 1;
  const PictureBox box = {origin.x - margin, origin.y - margin, unit * glyph.advance + 2 * margin,
                          unit * kLineUnits + 2 * margin};
  Strokes strokes(image, box, thickness);
  std::vector<PicturePoint> line;
  for (const auto& stroke : glyph.strokes) {
    line.clear();
    for (const PicturePoint& p : stroke) line.push_back({origin.x + unit * p.x, origin.y + unit * p.y});
    strokes.add(line);
  }
  strokes.lay(image, ink);
}

}  // namespace
}  // namespace image

void draw_text(Image& image, std::string_view text, const PicturePoint& corner, double size, const Colour& colour) {
  const image::Ink ink(image, colour);
  const double unit = size / image::kLineUnits;
  PicturePoint at = {corner.x + unit, corner.y + unit};
  while (!text.empty()) {
    const image::Glyph& glyph = image::glyph_of(image::next_character(text));
    image::draw_glyph(image, glyph, at, unit, ink);
    at.x += unit * glyph.advance;
  }
}

double text_width(std::string_view text, double size) {
  double units = 0;
  while (!text.empty()) units += image::glyph_of(image::next_character(text)).advance;
  return units * size / image::kLineUnits;
}

}  // namespace fer
