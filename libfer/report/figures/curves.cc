// Figures of curves over epochs or steps.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fer/figures.h"
#include "report/figures/csv.h"
#include "report/figures/svg.h"
#include "report/line_chart.h"
#include "report/text.h"

namespace fer {
namespace {

using report::Anchor;
using report::SvgFigure;

constexpr double kPlotLeft = 76, kPlotRight = 700, kPlotTop = 84, kPlotBottom = 370, kPlotHeight = 420;

struct Scale {
  double low = 0, high = 1, from = 0, to = 1;
  std::vector<double> ticks = {};
  double at(double value) const { return from + (value - low) / (high - low) * (to - from); }
};

Scale x_scale(const std::vector<double>& x) {
  Scale scale{.low = x.front(), .high = x.back(), .from = kPlotLeft, .to = kPlotRight};
  if (!(scale.high > scale.low)) scale.low -= 1, scale.high += 1;
  for (const double tick : report::nice_ticks(scale.low, scale.high, 7)) {
    if (tick >= scale.low && tick <= scale.high && tick == std::floor(tick)) scale.ticks.push_back(tick);
  }
  if (x.size() == 1) scale.ticks = x;
  return scale;
}

Scale y_scale(const std::vector<Curve>& curves) {
  std::vector<double> values;
  for (const Curve& curve : curves)
    std::ranges::copy_if(curve.y, std::back_inserter(values), [](double v) { return std::isfinite(v); });
  Scale scale{.from = kPlotBottom, .to = kPlotTop};
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  scale.ticks = values.empty() ? report::nice_ticks(0, 1, 5) : report::nice_ticks(*low, *high, 6);
  scale.low = scale.ticks.front();
  scale.high = scale.ticks.back();
  return scale;
}

std::string y_tick(double value, const CurveAxes& axes, const Scale& scale) {
  const double step = scale.ticks[1] - scale.ticks[0];
  if (axes.percent) return fmt::format("{:.{}f} %", 100 * value, step < 0.0099 ? 1 : 0);
  return std::abs(value) < 1e-9 * (scale.high - scale.low) ? "0" : fmt::format("{:.4g}", value);
}

void draw_axes(SvgFigure& figure, const CurveAxes& axes, const Scale& x, const Scale& y) {
  for (const double tick : y.ticks) {
    figure.line(kPlotLeft, y.at(tick), kPlotRight, y.at(tick), report::kFigureGrid);
    figure.text(kPlotLeft - 8, y.at(tick) + 4.5, y_tick(tick, axes, y), {.anchor = Anchor::kEnd});
  }
  for (const double tick : x.ticks) {
    figure.line(x.at(tick), kPlotBottom, x.at(tick), kPlotBottom + 5, report::kFigureDim);
    figure.text(x.at(tick), kPlotBottom + 20, report::grouped(static_cast<int64_t>(tick)), {.anchor = Anchor::kMiddle});
  }
  figure.line(kPlotLeft, kPlotBottom, kPlotRight, kPlotBottom, report::kFigureDim);
  figure.text((kPlotLeft + kPlotRight) / 2, kPlotBottom + 41, axes.x_label, {.anchor = Anchor::kMiddle});
  figure.text(18, (kPlotTop + kPlotBottom) / 2, axes.y_label, {.anchor = Anchor::kMiddle, .turned = -90});
}

// With a dot where a single value stands alone.
void draw_curve(SvgFigure& figure, const std::vector<double>& xs, const Curve& curve, const Scale& x, const Scale& y,
                const char* colour) {
  std::string path;
  size_t points = 0;
  double last_x = 0, last_y = 0;
  for (size_t i = 0; i < xs.size() && i < curve.y.size(); ++i) {
    if (!std::isfinite(curve.y[i])) continue;
    last_x = x.at(xs[i]);
    last_y = y.at(curve.y[i]);
    path += fmt::format("{}{:.2f} {:.2f}", points == 0 ? "M" : "L", last_x, last_y);
    ++points;
  }
  if (points > 1) figure.path(path, colour);
  if (points == 1) figure.disc(last_x, last_y, 4, colour);
}

std::string curves_csv(const CurveAxes& axes, const std::vector<double>& x, const std::vector<Curve>& curves) {
  std::string text = report::csv_text(axes.x_label);
  for (const Curve& curve : curves) text.append(",").append(report::csv_text(curve.name));
  text += '\n';
  for (size_t i = 0; i < x.size(); ++i) {
    text += report::csv_number(x[i]);
    for (const Curve& curve : curves) text.append(",").append(i < curve.y.size() ? report::csv_number(curve.y[i]) : "");
    text += '\n';
  }
  return text;
}

Curve column(const std::string& name, const std::vector<EpochFigures>& epochs, double EpochFigures::*field) {
  Curve curve = {name, {}};
  for (const EpochFigures& epoch : epochs) curve.y.push_back(epoch.*field);
  return curve;
}

std::vector<Curve> both(const std::vector<EpochFigures>& epochs, double EpochFigures::*train,
                        double EpochFigures::*validation) {
  std::vector<Curve> curves = {column("training", epochs, train), column("validation", epochs, validation)};
  const std::vector<double>& y = curves[1].y;
  if (std::ranges::none_of(y, [](double v) { return std::isfinite(v); })) curves.pop_back();
  return curves;
}

}  // namespace

Figure curves_figure(const std::string& name, const std::string& title, const CurveAxes& axes,
                     const std::vector<double>& x, const std::vector<Curve>& curves) {
  SvgFigure figure(720, kPlotHeight, title);
  if (!x.empty()) {
    const Scale across = x_scale(x), up = y_scale(curves);
    draw_axes(figure, axes, across, up);
    double left = kPlotLeft;
    for (size_t c = 0; c < curves.size(); ++c) {
      draw_curve(figure, x, curves[c], across, up, report::figure_colour(c));
      figure.rectangle(left, SvgFigure::kFigureTop + 8, 22, 4, report::figure_colour(c));
      figure.text(left + 29, SvgFigure::kFigureTop + 14.5, curves[c].name);
      left += 29 + report::figure_text_width(curves[c].name) + 26;
    }
  }
  return {name, figure.result(), curves_csv(axes, x, curves)};
}

std::vector<Figure> history_figures(const std::vector<EpochFigures>& epochs, double steps_per_epoch,
                                    const std::string& title) {
  if (epochs.empty()) return {};
  const std::vector<Curve> loss = both(epochs, &EpochFigures::loss, &EpochFigures::val_loss);
  const std::vector<Curve> accuracy = both(epochs, &EpochFigures::accuracy, &EpochFigures::val_accuracy);
  std::vector<double> by_epoch, by_step;
  for (const EpochFigures& epoch : epochs) {
    by_epoch.push_back(static_cast<double>(epoch.epoch));
    by_step.push_back(static_cast<double>(epoch.epoch) * steps_per_epoch);
  }
  std::vector<Figure> figures = {
      curves_figure("loss_by_epoch", fmt::format("Loss, {}", title), {"epoch", "loss"}, by_epoch, loss),
      curves_figure("accuracy_by_epoch", fmt::format("Accuracy, {}", title), {"epoch", "accuracy", true}, by_epoch,
                    accuracy)};
  if (steps_per_epoch > 0) {
    figures.push_back(curves_figure("loss_by_step", fmt::format("Loss, {}", title), {"step", "loss"}, by_step, loss));
    figures.push_back(curves_figure("accuracy_by_step", fmt::format("Accuracy, {}", title), {"step", "accuracy", true},
                                    by_step, accuracy));
  }
  return figures;
}

}  // namespace fer
