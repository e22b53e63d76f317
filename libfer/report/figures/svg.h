// The parts that figures are drawn of, in one style.
#pragma once

#include <string>
#include <string_view>

namespace fer::report {

// Okabe and Ito's colours, in the order in which series take them.
inline constexpr const char* kFigureColours[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"};
constexpr const char* figure_colour(size_t series) { return kFigureColours[series % std::size(kFigureColours)]; }
inline constexpr const char* kFigureInk = "#1c1f23";
inline constexpr const char* kFigureDim = "#5b6068";
inline constexpr const char* kFigureGrid = "#dcdee2";

enum class Anchor { kStart, kMiddle, kEnd };

struct TextStyle {
  double size = 13;
  Anchor anchor = Anchor::kStart;
  const char* colour = kFigureInk;
  bool bold = false;
  double turned = 0;  // degrees, clockwise
};

// An SVG document in the making. Places are in its own units, which are pixels at 96 per inch.
class SvgFigure {
 public:
  static constexpr double kFigureTop = 44;  // below the title

  SvgFigure(double width, double height, const std::string& title);
  void rectangle(double x, double y, double width, double height, const std::string& fill,
                 const char* stroke = nullptr);
  void line(double x1, double y1, double x2, double y2, const char* colour, double width = 1);
  void path(const std::string& data, const char* colour, double width = 2);
  void disc(double x, double y, double radius, const char* colour);
  void text(double x, double y, std::string_view text, const TextStyle& style = {});
  // A picture as a data URI, its pixels not smoothed away.
  void picture(double x, double y, double width, double height, const std::string& uri);
  std::string result() const;

 private:
  double width_, height_;
  std::string title_, body_;
};

// How wide text of this size is, about: enough to leave room for it.
double figure_text_width(std::string_view text, double size = 13);
// The text, cut with an ellipsis after so many characters.
std::string figure_cut(std::string_view text, size_t characters);

}  // namespace fer::report
