#include "report/line_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "report/text.h"

namespace fer::report {
namespace {

// User units of the viewBox: about half a page wide, so that text keeps its size on a phone.
constexpr double kWidth = 480, kHeight = 270, kLeft = 54, kRight = 14, kTop = 20, kBottom = 38;

struct Axis {
  double low = 0, high = 1;  // ends, in the axis's own (maybe logarithmic) units
  std::vector<double> ticks = {};
  double from = 0, to = 1;  // where the ends lie in the picture
  bool logarithmic = false;

  double position(double value) const {
    const double v = logarithmic ? std::log10(value) : value;
    return from + (v - low) / (high - low) * (to - from);
  }
};

std::vector<double> shown_values(const LineChart& chart) {
  std::vector<double> values;
  for (const Series& s : chart.series) {
    for (const double y : s.y) {
      if (std::isfinite(y) && (!chart.logarithmic || y > 0)) values.push_back(y);
    }
  }
  if (chart.from_zero) values.push_back(0);
  return values;
}

// One tick per power of ten; 2 and 5 between them where there are few.
Axis logarithmic_axis(double low, double high) {
  Axis axis{.logarithmic = true};
  const double first = std::floor(std::log10(low)), last = std::ceil(std::log10(high));
  const bool few = last - first < 3;
  for (double decade = first; decade <= last; ++decade) {
    for (const double m : {1.0, 2.0, 5.0}) {
      if (m == 1 || (few && decade < last)) axis.ticks.push_back(m * std::pow(10, decade));
    }
  }
  while (axis.ticks.size() > 2 && axis.ticks[1] <= low) axis.ticks.erase(axis.ticks.begin());
  while (axis.ticks.size() > 2 && axis.ticks[axis.ticks.size() - 2] >= high) axis.ticks.pop_back();
  axis.low = std::log10(axis.ticks.front());
  axis.high = std::log10(axis.ticks.back());
  return axis;
}

Axis value_axis(const LineChart& chart) {
  const std::vector<double> values = shown_values(chart);
  Axis axis;
  double low = 0, high = 1;
  if (!values.empty()) {
    low = *std::min_element(values.begin(), values.end());
    high = *std::max_element(values.begin(), values.end());
  }
  if (chart.logarithmic && low > 0) {
    axis = logarithmic_axis(low, high);
  } else {
    axis.ticks = nice_ticks(low, high, 5);
    axis.low = axis.ticks.front();
    axis.high = axis.ticks.back();
  }
  axis.from = kHeight - kBottom;
  axis.to = kTop;
  return axis;
}

Axis epoch_axis(const LineChart& chart) {
  Axis axis{.from = kLeft, .to = kWidth - kRight};
  if (!chart.x.empty()) {
    axis.low = chart.x.front();
    axis.high = chart.x.back();
  }
  if (axis.high <= axis.low) {  // one epoch: in the middle
    axis.low -= 1;
    axis.high += 1;
  }
  for (const double t : nice_ticks(axis.low, axis.high, 6)) {
    if (t == std::floor(t) && t >= axis.low && t <= axis.high) axis.ticks.push_back(t);
  }
  if (chart.x.size() == 1) axis.ticks = chart.x;
  return axis;
}

std::string tick_label(double value, const LineChart& chart, const Axis& axis) {
  if (chart.as_percent) {
    const double step = axis.ticks.size() > 1 ? axis.ticks[1] - axis.ticks[0] : 1;
    return fmt::format("{:.{}f} %", 100 * value, step < 0.0099 ? 1 : 0);
  }
  // The sum of round steps may miss zero by a rounding error.
  const double span = axis.ticks.back() - axis.ticks.front();
  if (std::abs(value) < 1e-9 * span) return "0";
  if (std::abs(value) >= 0.00995) return fmt::format("{:.5g}", value);
  // "9.5e-4": short enough for the margin.
  const auto exponent = static_cast<int>(std::floor(std::log10(std::abs(value)) + 1e-9));
  return fmt::format("{:.3g}e{}", value / std::pow(10, exponent), exponent);
}

std::string grid(const LineChart& chart, const Axis& x, const Axis& y) {
  std::string out;
  for (const double t : y.ticks) {
    const double p = y.position(t);
    out += fmt::format("<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>", kLeft, kWidth - kRight,
                       p, p);
    out += fmt::format("<text class=\"tick\" x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n", kLeft - 7, p + 4,
                       tick_label(t, chart, y));
  }
  for (const double t : x.ticks) {
    const double p = x.position(t);
    out += fmt::format("<line class=\"axis\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{}\" y2=\"{}\"/>", p, p,
                       kHeight - kBottom, kHeight - kBottom + 4);
    out += fmt::format("<text class=\"tick\" x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{:g}</text>\n", p,
                       kHeight - kBottom + 17, t);
  }
  out += fmt::format("<line class=\"axis\" x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/>", kLeft, kWidth - kRight,
                     kHeight - kBottom, kHeight - kBottom);
  out += fmt::format("<text class=\"tick\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
                     (kLeft + kWidth - kRight) / 2, kHeight - 5, escaped(chart.x_label));
  return out;
}

std::string marker(const LineChart& chart, const Axis& x) {
  if (chart.marked_label.empty() || chart.marked_x < x.low || chart.marked_x > x.high) return "";
  const double p = x.position(chart.marked_x);
  const bool left_half = p < (kLeft + kWidth) / 2;
  return fmt::format(
      "<line class=\"best\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\"/>"
      "<text class=\"best\" x=\"{3:.1f}\" y=\"{4}\" text-anchor=\"{5}\">{6}</text>\n",
      p, kTop, kHeight - kBottom, left_half ? p + 5 : p - 5, kTop - 6, left_half ? "start" : "end",
      escaped(chart.marked_label));
}

std::string value_text(double value, const LineChart& chart) {
  return chart.as_percent ? fmt::format("{:.2f} %", 100 * value) : fmt::format("{:.5g}", value);
}

// The line, broken where a value is missing unless the series is connected, and one wide invisible dot per point, whose
// tooltip gives the figures.
std::string curve(const LineChart& chart, const Series& series, const Axis& x, const Axis& y) {
  std::string path, dots;
  bool pen_down = false;
  for (size_t i = 0; i < chart.x.size() && i < series.y.size(); ++i) {
    if (!std::isfinite(series.y[i]) || (y.logarithmic && series.y[i] <= 0)) {
      pen_down = pen_down && series.connected;
      continue;
    }
    const double px = x.position(chart.x[i]), py = y.position(series.y[i]);
    path += fmt::format("{}{:.1f} {:.1f}", pen_down ? "L" : "M", px, py);
    pen_down = true;
    const bool visible = chart.x.size() == 1 || (!chart.marked_label.empty() && chart.x[i] == chart.marked_x);
    dots += fmt::format("<circle{} cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\"><title>{} {:g}: {} {}</title></circle>",
                        visible ? "" : " class=\"hidden\"", px, py, visible ? "3.5" : "5", escaped(chart.x_label),
                        chart.x[i], escaped(series.name), value_text(series.y[i], chart));
  }
  return fmt::format("<g class=\"{}\"><path d=\"{}\"/>{}</g>\n", series.css_class, path, dots);
}

}  // namespace

std::vector<double> nice_ticks(double low, double high, int count) {
  if (!(high > low)) {
    const double margin = low == 0 ? 1 : std::abs(low) * 0.1;
    low -= margin;
    high += margin;
  }
  const double rough = (high - low) / count;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double m : {5.0, 2.0, 1.0}) {
    if (m * power >= rough * 0.999) step = m * power;
  }
  // Whole multiples of the step, so that the numbers stay round; a hair of slack for rounding errors.
  const double first = std::floor(low / step + 1e-9), last = std::ceil(high / step - 1e-9);
  std::vector<double> ticks;
  for (double k = first; k <= last; ++k) ticks.push_back(k * step);
  return ticks;
}

std::string line_chart_svg(const LineChart& chart) {
  const Axis x = epoch_axis(chart), y = value_axis(chart);
  std::string legend;
  if (chart.series.size() > 1) {
    for (const Series& s : chart.series) {
      legend += fmt::format("<span class=\"key {}\">{}</span>", s.css_class, escaped(s.name));
    }
  }
  std::string svg = fmt::format(
      "<figure class=\"chart\"><figcaption><b>{0}</b>{1}</figcaption>\n"
      "<svg viewBox=\"0 0 {2} {3}\" role=\"img\" aria-label=\"{0} by {4}\">\n",
      escaped(chart.title), legend, kWidth, kHeight, escaped(chart.x_label));
  svg += grid(chart, x, y) + marker(chart, x);
  for (const Series& s : chart.series) svg += curve(chart, s, x, y);
  return svg + "</svg></figure>\n";
}

}  // namespace fer::report
