// The mistakes of a model as a figure, and all figures of an evaluation.
#include <fmt/format.h>

#include <algorithm>

#include "fer/figures.h"
#include "report/figures/csv.h"
#include "report/figures/svg.h"
#include "report/picture_uri.h"
#include "report/text.h"

namespace fer {
namespace {

using report::SvgFigure;

std::string mistakes_csv(const Evaluation& evaluation) {
  std::string text = "row,label,predicted,probability\n";
  for (const Mistake& mistake : evaluation.worst) {
    text += fmt::format("{},{},{},{}\n", mistake.row,
                        report::csv_text(evaluation.classes[static_cast<size_t>(mistake.label)].name),
                        report::csv_text(evaluation.classes[static_cast<size_t>(mistake.predicted)].name),
                        report::csv_number(mistake.probability));
  }
  return text;
}

}  // namespace

Figure mistakes_figure(const Evaluation& evaluation, const std::vector<ReportPicture>& pictures,
                       const std::string& title) {
  constexpr size_t kColumns = 6;
  constexpr double kSide = 104, kCellWidth = kSide + 14, kCellHeight = kSide + 46;
  const size_t count = std::min(evaluation.worst.size(), pictures.size());
  const size_t rows = std::max<size_t>(1, (count + kColumns - 1) / kColumns);
  SvgFigure figure(32 + kCellWidth * kColumns - 14, SvgFigure::kFigureTop + static_cast<double>(rows) * kCellHeight,
                   title);
  if (count == 0) figure.text(16, SvgFigure::kFigureTop + 20, "no mistakes");
  for (size_t i = 0; i < count; ++i) {
    const Mistake& mistake = evaluation.worst[i];
    const ReportPicture& picture = pictures[i];
    const size_t row = i / kColumns, column = i % kColumns;
    const double x = 16 + static_cast<double>(column) * kCellWidth,
                 y = SvgFigure::kFigureTop + static_cast<double>(row) * kCellHeight;
    const auto longer = static_cast<double>(std::max(picture.height, picture.width));
    figure.picture(x, y, kSide * static_cast<double>(picture.width) / longer,
                   kSide * static_cast<double>(picture.height) / longer, report::picture_uri(picture));
    const auto name = [&](int k) { return evaluation.classes[static_cast<size_t>(k)].name; };
    figure.text(x, y + kSide + 15,
                fmt::format("{} {:.0f} %", report::figure_cut(name(mistake.predicted), 10), 100 * mistake.probability),
                {.size = 12, .colour = "#B34700", .bold = true});
    figure.text(x, y + kSide + 31, report::figure_cut(fmt::format("is {}", name(mistake.label)), 16), {.size = 12});
  }
  return {"mistakes", figure.result(), mistakes_csv(evaluation)};
}

std::vector<Figure> evaluation_figures(const Evaluation& evaluation, const std::vector<ReportPicture>& pictures,
                                       const std::string& title) {
  std::vector<std::string> names;
  std::vector<int64_t> counts;
  for (const ClassFigures& c : evaluation.classes) {
    names.push_back(c.name);
    counts.push_back(c.support);
  }
  return {confusion_figure(evaluation, fmt::format("Pictures, {}", title), ConfusionCells::kCounts),
          confusion_figure(evaluation, fmt::format("Per cent of each label, {}", title), ConfusionCells::kShares),
          predicted_figure(evaluation, fmt::format("Labelled and predicted, {}", title)),
          class_counts_figure(names, {{"pictures", counts}}, fmt::format("Pictures per class, {}", title)),
          mistakes_figure(evaluation, pictures, fmt::format("Most confident mistakes, {}", title))};
}

}  // namespace fer
