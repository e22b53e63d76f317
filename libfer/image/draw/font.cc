#include "image/draw/font.h"

#include <array>

namespace fer::image {
namespace {

// For each character from ' ' to '~' its strokes, with blanks between. A point is x as a digit and y as a letter ('a'
// is 0). '~' in front: a smooth curve, the quadratic B-spline with these control points, from the first to the last;
// 'o': the closed one.
constexpr const char* kForms[] = {
    "",                                         // space
    "0a0i 0m",                                  // !
    "0a0d 3a3d",                                // "
    "2a1m 6a5m 0d7d 0i7i",                      // #
    "~6d6b0b0f7g7l0l0i 3a3n",                   // $
    "7a0m o0a3a3e0e o4i7i7m4m",                 // %
    "8m2e ~2e0a6a5d0i0m6m8h",                   // &
    "0a0d",                                     // '
    "~3a0c0k3n",                                // (
    "~0a3c3k0n",                                // )
    "3a3g 0b6f 6b0f",                           // *
    "0h6h 3e3k",                                // +
    "1m0o",                                     // ,
    "0h4h",                                     // -
    "0m",                                       // .
    "0n5a",                                     // /
    "o0a6a6m0m",                                // 0
    "0c3a3m",                                   // 1
    "~0d0a6a6e5g 5g0m6m",                       // 2
    "~0c0a6a6g2g ~2g6g6m0m0k",                  // 3
    "5m5a0i7i",                                 // 4
    "6a1a1f ~1f2e7e7m1m0k",                     // 5
    "o0f6f6m0m ~5a0b0i",                        // 6
    "0a6a2m",                                   // 7
    "o0a6a6g0g o0f6f6m0m",                      // 8
    "o0a6a6h0h ~6e6l1m",                        // 9
    "0f 0l",                                    // :
    "1f 1l0n",                                  // ;
    "6d0h6l",                                   // <
    "0f6f 0j6j",                                // =
    "0d6h0l",                                   // >
    "~0c0a6a6e3f3i 3m",                         // ?
    "o0a9a9m0m o3e6e6i3i ~6e6i9j",              // @
    "0m4a8m 1i7i",                              // A
    "0a0m 0a4a 0f4f 0m4m ~4a7a7f4f ~4f8f8m4m",  // B
    "~8c7a0a0m7m8k",                            // C
    "0a0m 0a3a 0m3m ~3a8a8m3m",                 // D
    "7a0a0m7m 0g6g",                            // E
    "7a0a0m 0g6g",                              // F
    "~8c7a0a0m8m8g 8g5g",                       // G
    "0a0m 8a8m 0g8g",                           // H
    "0a0m",                                     // I
    "5a5i ~5i5m0m0j",                           // J
    "0a0m 7a0h 3e7m",                           // K
    "0a0m6m",                                   // L
    "0m0a4h8a8m",                               // M
    "0m0a8m8a",                                 // N
    "o0a8a8m0m",                                // O
    "0m0a4a ~4a8a8g4g 4g0g",                    // P
    "o0a8a8m0m 5j8n",                           // Q
    "0m0a4a ~4a8a8g4g 4g0g 4g8m",               // R
    "~7c6a0a0f8g8m0m0j",                        // S
    "0a8a 4a4m",                                // T
    "0a0h ~0h0m8m8h 8h8a",                      // U
    "0a4m8a",                                   // V
    "0a2m5c7m9a",                               // W
    "0a8m 8a0m",                                // X
    "0a4g8a 4g4m",                              // Y
    "0a8a0m8m",                                 // Z
    "3a0a0n3n",                                 // [
    "0a5n",                                     // backslash
    "0a3a3n0n",                                 // ]
    "0e3a6e",                                   // ^
    "0n7n",                                     // _
    "0a2c",                                     // `
    "o0e6e6m0m 6e6m",                           // a
    "0a0m o0e6e6m0m",                           // b
    "~6g5e0e0m5m6k",                            // c
    "6a6m o0e6e6m0m",                           // d
    "0i6i ~6i6e0e0m5m6k",                       // e
    "~5a2a2d 2d2m 0e4e",                        // f
    "o0e6e6m0m 6e6n ~6n6q1q0o",                 // g
    "0a0m ~0h0e6e6h 6h6m",                      // h
    "0e0m 0b",                                  // i
    "2e2n ~2n2q0q 2b",                          // j
    "0a0m 5e0j 2h5m",                           // k
    "0a0m",                                     // l
    "0e0m ~0h0e4e4h 4h4m ~4h4e8e8h 8h8m",       // m
    "0e0m ~0h0e6e6h 6h6m",                      // n
    "o0e6e6m0m",                                // o
    "0e0q o0e6e6m0m",                           // p
    "6e6q o0e6e6m0m",                           // q
    "0e0m ~0h0e4e",                             // r
    "~5f4e0e0h5i5m1m0k",                        // s
    "2b2k ~2j2m5m 0e4e",                        // t
    "0e0j ~0j0m6m6j 6e6m",                      // u
    "0e3m6e",                                   // v
    "0e2m4g6m8e",                               // w
    "0e6m 6e0m",                                // x
    "0e3m 6e1q",                                // y
    "0e6e0m6m",                                 // z
    "~4a2a2c2g0g ~0g2g2k2n4n",                  // {
    "0a0o",                                     // |
    "~0a2a2c2g4g ~4g2g2k2n0n",                  // }
    "~0i1f5j6g",                                // ~
    "0a6a6m0m0a",                               // any other
};
constexpr size_t kCharacters = std::size(kForms);
static_assert(kCharacters == '~' - ' ' + 2);

using Points = std::vector<PicturePoint>;

PicturePoint middle(const PicturePoint& a, const PicturePoint& b) { return {(a.x + b.x) / 2, (a.y + b.y) / 2}; }

// Adds the quadratic Bezier curve from the last point.
void add_curve(Points& line, const PicturePoint& control, const PicturePoint& end) {
  constexpr int kSteps = 6;  // at 60 pixels a letter is off by 0.2
  const PicturePoint begin = line.back();
  for (int i = 1; i <= kSteps; ++i) {
    const double t = static_cast<double>(i) / kSteps, a = (1 - t) * (1 - t), b = 2 * t * (1 - t), c = t * t;
    line.push_back({a * begin.x + b * control.x + c * end.x, a * begin.y + b * control.y + c * end.y});
  }
}

Points curve(const Points& controls) {
  Points line = {controls.front()};
  for (size_t i = 1; i + 1 < controls.size(); ++i) {
    const bool last = i + 2 == controls.size();
    add_curve(line, controls[i], last ? controls.back() : middle(controls[i], controls[i + 1]));
  }
  return line;
}

Points closed_curve(const Points& controls) {
  const size_t n = controls.size();
  Points line = {middle(controls[n - 1], controls[0])};
  for (size_t i = 0; i < n; ++i) add_curve(line, controls[i], middle(controls[i], controls[(i + 1) % n]));
  return line;
}

Points stroke_of(std::string_view form) {
  const char kind = form[0];
  if (kind == '~' || kind == 'o') form.remove_prefix(1);
  Points points;
  for (; form.size() >= 2; form.remove_prefix(2)) {
    points.push_back({static_cast<double>(form[0] - '0'), static_cast<double>(form[1] - 'a')});
  }
  return kind == '~' ? curve(points) : kind == 'o' ? closed_curve(points) : points;
}

Glyph glyph_from(std::string_view form) {
  constexpr double kSpace = 6, kBetween = 3;
  Glyph glyph = {.strokes = {}, .advance = form.empty() ? kSpace : 0};
  while (!form.empty()) {
    const size_t end = std::min(form.find(' '), form.size());
    glyph.strokes.push_back(stroke_of(form.substr(0, end)));
    form.remove_prefix(std::min(end + 1, form.size()));
    for (const PicturePoint& p : glyph.strokes.back()) glyph.advance = std::max(glyph.advance, p.x + kBetween);
  }
  return glyph;
}

std::array<Glyph, kCharacters> all_glyphs() {
  std::array<Glyph, kCharacters> glyphs;
  for (size_t i = 0; i < kCharacters; ++i) glyphs[i] = glyph_from(kForms[i]);
  return glyphs;
}

}  // namespace

const Glyph& glyph_of(char32_t character) {
  static const std::array<Glyph, kCharacters> glyphs = all_glyphs();
  const bool known = character >= U' ' && character <= U'~';
  return glyphs[known ? character - U' ' : kCharacters - 1];
}

char32_t next_character(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const size_t length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 0;
  char32_t character = length < 2 ? first : first & (0xffU >> (length + 1));
  bool whole = length > 0 && length <= text.size();
  for (size_t i = 1; whole && i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    whole = (next & 0xc0U) == 0x80;
    character = character << 6 | (next & 0x3fU);
  }
  text.remove_prefix(whole ? length : 1);
  return whole ? character : U'\ufffd';
}

}  // namespace fer::image
