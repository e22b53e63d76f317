// Line charts as inline SVG.
#pragma once

#include <string>
#include <vector>

namespace fer::report {

struct Series {
  std::string name;
  std::string css_class;   // "train", "validation", ...: its colour is in the page's style
  std::vector<double> y;   // one per point of LineChart::x; not finite: no point there
  bool connected = false;  // the line goes on where points are missing
};

struct LineChart {
  std::string title;
  std::vector<double> x = {};
  std::vector<Series> series = {};
  std::string x_label = "epoch";
  double marked_x = 0;            // a vertical line here, where inside the axis
  std::string marked_label = {};  // empty: no line
  bool as_percent = false;        // y is a share
  bool from_zero = false;         // the y axis begins at 0
  bool logarithmic = false;       // y > 0 on a logarithmic axis
};

// A <figure> with title, legend and an <svg> that scales to its container.
std::string line_chart_svg(const LineChart& chart);

// Round numbers (1, 2 or 5 times a power of ten) that cover [low, high] in about `count` steps; the first is <= low and
// the last >= high.
std::vector<double> nice_ticks(double low, double high, int count);

}  // namespace fer::report
