// The confusion matrix as a figure.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "fer/figures.h"
#include "report/figures/csv.h"
#include "report/figures/svg.h"
#include "report/text.h"

namespace fer {
namespace {

using report::Anchor;
using report::SvgFigure;

double share_of(const std::vector<int64_t>& row, size_t column) {
  const int64_t sum = std::accumulate(row.begin(), row.end(), int64_t{0});
  return sum == 0 ? 0 : static_cast<double>(row[column]) / static_cast<double>(sum);
}

// From white to a dark blue.
std::string cell_colour(double share) {
  const auto mix = [&](double from, double to) { return std::lround(from + (to - from) * share); };
  return fmt::format("#{:02x}{:02x}{:02x}", mix(247, 8), mix(250, 64), mix(254, 129));
}

std::string confusion_csv(const Evaluation& evaluation, ConfusionCells cells) {
  std::string text = "label";
  for (const ClassFigures& c : evaluation.classes) text.append(",").append(report::csv_text(c.name));
  text += '\n';
  for (size_t label = 0; label < evaluation.confusion.size(); ++label) {
    text += report::csv_text(evaluation.classes[label].name);
    const std::vector<int64_t>& row = evaluation.confusion[label];
    for (size_t k = 0; k < row.size(); ++k) {
      text += cells == ConfusionCells::kCounts ? fmt::format(",{}", row[k])
                                               : fmt::format(",{}", report::csv_number(share_of(row, k)));
    }
    text += '\n';
  }
  return text;
}

}  // namespace

Figure confusion_figure(const Evaluation& evaluation, const std::string& title, ConfusionCells cells) {
  const size_t classes = evaluation.classes.size();
  const double side = classes <= 10 ? 66 : std::max(18.0, 660.0 / static_cast<double>(classes));
  const bool readable = side >= 36;
  double names = 40;
  for (const ClassFigures& c : evaluation.classes) {
    names = std::max(names, report::figure_text_width(report::figure_cut(c.name, 18)));
  }
  const double left = 44 + names, top = SvgFigure::kFigureTop + 34 + (names > side ? names * 0.75 : 16);
  const double extent = side * static_cast<double>(classes);
  SvgFigure figure(std::max(left + extent + 20, 420.0), top + extent + 20, title);
  figure.text(left + extent / 2, SvgFigure::kFigureTop + 14, "the model says",
              {.anchor = Anchor::kMiddle, .colour = report::kFigureDim});
  figure.text(22, top + extent / 2, "label", {.anchor = Anchor::kMiddle, .colour = report::kFigureDim, .turned = -90});
  for (size_t i = 0; i < classes; ++i) {
    const std::string name = report::figure_cut(evaluation.classes[i].name, 18);
    const double middle = (static_cast<double>(i) + 0.5) * side;
    figure.text(left - 8, top + middle + 4.5, name, {.anchor = Anchor::kEnd});
    const bool turned = names > side;
    figure.text(left + middle + (turned ? 2 : 0), top - 8, name,
                {.anchor = turned ? Anchor::kStart : Anchor::kMiddle, .turned = turned ? -40.0 : 0.0});
  }
  for (size_t label = 0; label < classes; ++label) {
    const std::vector<int64_t>& row = evaluation.confusion[label];
    for (size_t k = 0; k < classes; ++k) {
      const double share = share_of(row, k), x = left + static_cast<double>(k) * side,
                   y = top + static_cast<double>(label) * side;
      figure.rectangle(x, y, side, side, cell_colour(share), "white");
      if (!readable) continue;
      const std::string number =
          cells == ConfusionCells::kCounts ? report::grouped(row[k]) : fmt::format("{:.1f} %", 100 * share);
      figure.text(x + side / 2, y + side / 2 + 5, number,
                  {.size = side < 50 ? 10.0 : 14.0,
                   .anchor = Anchor::kMiddle,
                   .colour = share > 0.65 ? "white" : report::kFigureInk});
    }
  }
  return {cells == ConfusionCells::kCounts ? "confusion_counts" : "confusion_by_row", figure.result(),
          confusion_csv(evaluation, cells)};
}

}  // namespace fer
