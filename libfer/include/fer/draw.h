// Drawing on pictures: boxes, lines, discs, text, and small drawn faces to lay over others. Edges are smooth: a pixel
// that a shape covers in part gets a part of its colour.
//
//   fer::draw_rectangle(picture, {.left = 40, .top = 30, .width = 96, .height = 96}, 2, {.red = 255});
//   fer::draw_text(picture, "happy 98 %", {40, 12}, 16, {255, 255, 255});
//
// Places are in pixels from the picture's upper left corner: the first pixel reaches from 0 to 1 and its middle is at
// (0.5, 0.5). What lies outside the picture is not drawn. Grey pictures get the brightness of a colour (with_channels,
// fer/image.h). Every function throws Error for an Image whose pixels are not as many as its size says.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "fer/export.h"
#include "fer/image.h"

namespace FER_PUBLIC fer {

struct Colour {
  uint8_t red = 0, green = 0, blue = 0;
  double opacity = 1;  // 0: leaves the picture as it is; 1: covers it
  bool operator==(const Colour&) const = default;
};

struct PicturePoint {
  double x = 0, y = 0;
};

struct PictureBox {
  double left = 0, top = 0, width = 0, height = 0;
  double right() const { return left + width; }
  double bottom() const { return top + height; }
};

// The box, filled.
void fill_rectangle(Image& image, const PictureBox& box, const Colour& colour);
// Its outline, `thickness` pixels wide, half of them to either side of the border.
void draw_rectangle(Image& image, const PictureBox& box, double thickness, const Colour& colour);
// Straight lines from point to point with round ends and joints; a single point is a dot. Where lines cross, the colour
// is laid on once.
void draw_lines(Image& image, std::span<const PicturePoint> points, double thickness, const Colour& colour);
void draw_disc(Image& image, const PicturePoint& centre, double radius, const Colour& colour);
// The ellipse that fills a box.
void draw_ellipse(Image& image, const PictureBox& box, const Colour& colour);
// A polygon of three corners or more, filled; where it crosses itself, by the even-odd rule.
void fill_polygon(Image& image, std::span<const PicturePoint> corners, const Colour& colour);

// One line of text in a font of strokes, which is libfer's own and has the printable characters of ASCII; each other
// character, and each byte that is not UTF-8, is an empty box. `size` is the height of a line in pixels: capital
// letters are two thirds of it. `corner` is the upper left one of the line.
void draw_text(Image& image, std::string_view text, const PicturePoint& corner, double size, const Colour& colour);
// How many pixels wide draw_text makes it.
double text_width(std::string_view text, double size);

// A picture with opacity, to be laid over others.
struct Overlay {
  Image colour;   // RGB
  Image opacity;  // grey, of the same size: 0 transparent, 255 opaque
  bool empty() const { return colour.pixels.empty(); }
};

// libfer's own drawing of an emotion, size x size pixels: a round face. There are eight, by the names that
// known_class_names (fer/class_names.h) has; for another name the overlay is empty. Throws Error unless size is from 1
// to 4096.
Overlay drawn_emoji(std::string_view class_name, int64_t size);
// A PNG file with its opacity; opaque where it has none. Throws Error (path and reason) as read_image does, and on a
// file of another format.
Overlay read_overlay(const std::string& path);
// Resized as pictures are (`resized`, fer/image.h); colours count by their opacity.
Overlay resized(const Overlay& overlay, int64_t height, int64_t width);
// Lays it over the picture with its upper left corner at this pixel, which may lie outside.
void lay_over(Image& image, const Overlay& overlay, int64_t left, int64_t top);

}  // namespace fer
