#include "report/figures/svg.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/text.h"

namespace fer::report {

SvgFigure::SvgFigure(double width, double height, const std::string& title)
    : width_(width), height_(height), title_(title) {
  rectangle(0, 0, width, height, "white");
  // A long title gets smaller letters, and is cut where even those are too wide.
  constexpr double kLargest = 16, kSmallest = 12, kBoldWidth = 0.7;
  const double fits = (width - 32) / (kBoldWidth * std::max<double>(1, static_cast<double>(display_width(title))));
  const double size = std::clamp(fits, kSmallest, kLargest);
  text(16, 27, figure_cut(title, static_cast<size_t>((width - 32) / (kBoldWidth * size))),
       {.size = size, .bold = true});
}

void SvgFigure::rectangle(double x, double y, double width, double height, const std::string& fill,
                          const char* stroke) {
  body_ += fmt::format(R"(<rect x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}" fill="{}"{}/>)", x, y, width,
                       height, fill, stroke == nullptr ? "" : fmt::format(" stroke=\"{}\"", stroke));
  body_ += '\n';
}

void SvgFigure::line(double x1, double y1, double x2, double y2, const char* colour, double width) {
  body_ += fmt::format(R"(<line x1="{:.2f}" y1="{:.2f}" x2="{:.2f}" y2="{:.2f}" stroke="{}" stroke-width="{:g}"/>)", x1,
                       y1, x2, y2, colour, width);
  body_ += '\n';
}

void SvgFigure::path(const std::string& data, const char* colour, double width) {
  body_ += fmt::format(
      R"(<path d="{}" fill="none" stroke="{}" stroke-width="{:g}" stroke-linejoin="round" stroke-linecap="round"/>)",
      data, colour, width);
  body_ += '\n';
}

void SvgFigure::disc(double x, double y, double radius, const char* colour) {
  body_ += fmt::format(R"(<circle cx="{:.2f}" cy="{:.2f}" r="{:g}" fill="{}"/>)", x, y, radius, colour);
  body_ += '\n';
}

void SvgFigure::text(double x, double y, std::string_view text, const TextStyle& style) {
  constexpr const char* kAnchors[] = {"start", "middle", "end"};
  body_ += fmt::format(R"(<text x="{:.2f}" y="{:.2f}" font-size="{:g}" text-anchor="{}" fill="{}")", x, y, style.size,
                       kAnchors[static_cast<int>(style.anchor)], style.colour);
  if (style.bold) body_ += R"( font-weight="bold")";
  if (style.turned != 0) body_ += fmt::format(" transform=\"rotate({:g} {:.2f} {:.2f})\"", style.turned, x, y);
  body_.append(">").append(escaped(text)).append("</text>\n");
}

void SvgFigure::picture(double x, double y, double width, double height, const std::string& uri) {
  body_ += fmt::format(R"(<image x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}" href="{}"/>)", x, y, width,
                       height, uri);
  body_ += '\n';
}

std::string SvgFigure::result() const {
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:g}\" height=\"{1:g}\" viewBox=\"0 0 {0:g} {1:g}\" "
      "role=\"img\" font-family=\"DejaVu Sans, Helvetica, Arial, sans-serif\">\n<title>{2}</title>\n{3}</svg>\n",
      width_, height_, escaped(title_), body_);
}

double figure_text_width(std::string_view text, double size) {
  return 0.62 * size * static_cast<double>(display_width(text));
}

std::string figure_cut(std::string_view text, size_t characters) {
  if (display_width(text) <= characters) return std::string(text);
  std::string cut;
  size_t count = 0;
  for (const char c : text) {
    const bool begins = (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    if (begins && ++count >= characters) break;
    cut += c;
  }
  return cut + "…";
}

}  // namespace fer::report
