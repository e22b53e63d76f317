// Figures of bars: a row for each class.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "fer/figures.h"
#include "report/figures/csv.h"
#include "report/figures/svg.h"
#include "report/picture_uri.h"
#include "report/text.h"

namespace fer {
namespace {

using report::Anchor;
using report::SvgFigure;

struct BarSeries {
  std::string name;
  std::vector<double> lengths;  // 0 to 1, of the widest
  std::vector<std::string> texts;
};

constexpr double kBarHeight = 18, kBetweenClasses = 14, kNumbers = 130;

// The rows with their names in front and a number behind each bar; `left` of them the figure stays free.
void draw_bars(SvgFigure& figure, double left, double right, double top, const std::vector<std::string>& names,
               const std::vector<BarSeries>& series) {
  double widest = 30;
  for (const std::string& name : names)
    widest = std::max(widest, report::figure_text_width(report::figure_cut(name, 24)));
  const double begin = left + widest + 10, plot = right - kNumbers - begin;
  const double step = kBarHeight * static_cast<double>(series.size()) + kBetweenClasses;
  for (size_t c = 0; c < names.size(); ++c) {
    const double y = top + step * static_cast<double>(c);
    figure.text(begin - 9, y + kBarHeight * static_cast<double>(series.size()) / 2 + 4.5,
                report::figure_cut(names[c], 24), {.anchor = Anchor::kEnd});
    for (size_t s = 0; s < series.size(); ++s) {
      const double at = y + kBarHeight * static_cast<double>(s), width = plot * series[s].lengths[c];
      figure.rectangle(begin, at + 1, std::max(width, 0.5), kBarHeight - 2, report::figure_colour(s));
      figure.text(begin + width + 6, at + kBarHeight - 4.5, series[s].texts[c], {.size = 12.5});
    }
  }
  figure.line(begin, top - 5, begin, top + step * static_cast<double>(names.size()) - kBetweenClasses + 5,
              report::kFigureDim);
}

double bars_height(size_t classes, size_t series) {
  return (kBarHeight * static_cast<double>(series) + kBetweenClasses) * static_cast<double>(classes);
}

void draw_legend(SvgFigure& figure, double left, double top, const std::vector<BarSeries>& series) {
  for (size_t s = 0; s < series.size(); ++s) {
    figure.rectangle(left, top, 13, 13, report::figure_colour(s));
    figure.text(left + 19, top + 11.5, series[s].name);
    left += 19 + report::figure_text_width(series[s].name) + 24;
  }
}

Figure bars_figure(const std::string& name, const std::string& title, const std::vector<std::string>& classes,
                   const std::vector<BarSeries>& series, std::string csv) {
  constexpr double kWidth = 720;
  const bool legend = series.size() > 1;
  const double top = SvgFigure::kFigureTop + (legend ? 34 : 12);
  SvgFigure figure(kWidth, top + bars_height(classes.size(), series.size()) + 10, title);
  if (legend) draw_legend(figure, 16, SvgFigure::kFigureTop, series);
  draw_bars(figure, 16, kWidth - 16, top, classes, series);
  return {name, figure.result(), std::move(csv)};
}

std::vector<std::string> class_names_of(const Evaluation& evaluation) {
  std::vector<std::string> names;
  for (const ClassFigures& c : evaluation.classes) names.push_back(c.name);
  return names;
}

double ratio(int64_t part, int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

// Numbers of pictures as bars, each with its share of the series.
BarSeries counted(const std::string& name, const std::vector<int64_t>& counts, int64_t most) {
  const int64_t sum = std::accumulate(counts.begin(), counts.end(), int64_t{0});
  BarSeries series = {name, {}, {}};
  for (const int64_t count : counts) {
    series.lengths.push_back(ratio(count, most));
    series.texts.push_back(fmt::format("{} ({:.1f} %)", report::grouped(count), 100 * ratio(count, sum)));
  }
  return series;
}

int64_t largest_count(const std::vector<std::pair<std::string, std::vector<int64_t>>>& parts) {
  int64_t most = 1;
  for (const auto& part : parts) {
    for (const int64_t count : part.second) most = std::max(most, count);
  }
  return most;
}

std::string counts_csv(const std::vector<std::string>& names,
                       const std::vector<std::pair<std::string, std::vector<int64_t>>>& parts, const char* first) {
  std::string text = fmt::format("{},class,pictures,share\n", first);
  for (const auto& [part, counts] : parts) {
    const int64_t sum = std::accumulate(counts.begin(), counts.end(), int64_t{0});
    for (size_t c = 0; c < names.size(); ++c) {
      text += fmt::format("{},{},{},{}\n", report::csv_text(part), report::csv_text(names[c]), counts[c],
                          report::csv_number(ratio(counts[c], sum)));
    }
  }
  return text;
}

Figure counts_figure(const std::string& name, const std::string& title, const std::vector<std::string>& names,
                     const std::vector<std::pair<std::string, std::vector<int64_t>>>& parts, const char* first) {
  std::vector<BarSeries> series;
  series.reserve(parts.size());
  for (const auto& part : parts) series.push_back(counted(part.first, part.second, largest_count(parts)));
  return bars_figure(name, title, names, series, counts_csv(names, parts, first));
}

}  // namespace

Figure predicted_figure(const Evaluation& evaluation, const std::string& title) {
  std::vector<int64_t> truth, predicted(evaluation.classes.size(), 0);
  for (const ClassFigures& c : evaluation.classes) truth.push_back(c.support);
  for (const std::vector<int64_t>& row : evaluation.confusion) {
    for (size_t k = 0; k < row.size(); ++k) predicted[k] += row[k];
  }
  return counts_figure("predicted_against_true", title, class_names_of(evaluation),
                       {{"labelled so", truth}, {"predicted so", predicted}}, "kind");
}

Figure class_counts_figure(const std::vector<std::string>& class_names,
                           const std::vector<std::pair<std::string, std::vector<int64_t>>>& parts,
                           const std::string& title) {
  return counts_figure("class_counts", title, class_names, parts, "part");
}

Figure probabilities_figure(const std::vector<std::string>& class_names, std::span<const float> probabilities,
                            const std::string& title, const ReportPicture* picture, int label) {
  constexpr double kWidth = 720, kSide = 176;
  BarSeries series = {"", {}, {}};
  std::string csv = "class,probability\n";
  for (size_t c = 0; c < class_names.size(); ++c) {
    const double p = probabilities[c];
    series.lengths.push_back(std::isfinite(p) ? std::clamp(p, 0.0, 1.0) : 0);
    series.texts.push_back(fmt::format("{:.1f} %{}", 100 * p, static_cast<int>(c) == label ? "  label" : ""));
    csv += fmt::format("{},{}\n", report::csv_text(class_names[c]), report::csv_number(p));
  }
  const double top = SvgFigure::kFigureTop + 8, left = picture == nullptr ? 16 : 16 + kSide + 16;
  const double height = std::max(bars_height(class_names.size(), 1), picture == nullptr ? 0 : kSide + 24);
  SvgFigure figure(kWidth, top + height + 12, title);
  if (picture != nullptr) {
    const auto longer = static_cast<double>(std::max(picture->height, picture->width));
    figure.picture(16, top, kSide * static_cast<double>(picture->width) / longer,
                   kSide * static_cast<double>(picture->height) / longer, report::picture_uri(*picture));
    figure.text(16, top + kSide + 18, report::figure_cut(picture->caption, 22),
                {.size = 12.5, .colour = report::kFigureDim});
  }
  draw_bars(figure, left, kWidth - 16, top, class_names, {series});
  return {"probabilities", figure.result(), std::move(csv)};
}

}  // namespace fer
