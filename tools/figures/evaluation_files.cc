#include "tools/figures/evaluation_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "fer/error.h"
#include "tools/cli/cli.h"
#include "tools/cli/pictures.h"
#include "tools/cli/sheet.h"

namespace fer::cli {
namespace {

ReportPicture report_picture(const Dataset& data, int64_t row) {
  Image image = row_image(data, row);
  const std::string caption =
      data.files.empty() ? fmt::format("row {}", row) : base_name(data.files[static_cast<size_t>(row)]);
  return {image.height, image.width, image.channels, std::move(image.pixels), caption};
}

// PNG of its own, which needs no other program.
std::string mistakes_png(const Evaluation& evaluation, const std::vector<ReportPicture>& pictures,
                         const std::string& title) {
  SheetSection section;
  for (size_t i = 0; i < std::min(pictures.size(), evaluation.worst.size()); ++i) {
    const Mistake& mistake = evaluation.worst[i];
    const ReportPicture& picture = pictures[i];
    section.pictures.push_back(
        {{picture.height, picture.width, picture.channels, picture.pixels},
         {fmt::format("{} {:.0f} %", evaluation.classes[static_cast<size_t>(mistake.predicted)].name,
                      100 * mistake.probability),
          fmt::format("is {}", evaluation.classes[static_cast<size_t>(mistake.label)].name)}});
  }
  return encode_png(sheet_of(title, std::span(&section, 1), {.columns = 6, .height = 144, .width = 144}));
}

Figure probabilities_of_row(const Dataset& data, int64_t row, std::span<const float> probabilities,
                            const std::vector<std::string>& class_names) {
  const ReportPicture picture = report_picture(data, row);
  const int label = data.labels.empty() ? -1 : data.labels[static_cast<size_t>(row)];
  return probabilities_figure(class_names, probabilities, fmt::format("Probabilities, {}", picture.caption), &picture,
                              label);
}

}  // namespace

EvaluationFiles evaluation_files(const Dataset& data, const std::vector<int64_t>& rows, const Tensor& probabilities,
                                 const std::vector<std::string>& class_names, const std::string& title,
                                 std::optional<int64_t> row) {
  std::vector<std::string> names = class_names;
  const auto classes = static_cast<size_t>(probabilities.shape()[1]);
  for (size_t i = names.size(); i < classes; ++i) names.push_back(fmt::to_string(i));
  std::vector<uint8_t> labels;
  labels.reserve(rows.size());
  for (const int64_t r : rows) labels.push_back(data.labels[static_cast<size_t>(r)]);
  const Evaluation evaluation = evaluate_probabilities(probabilities, labels, rows, names);
  const std::vector<ReportPicture> worst = worst_pictures(data, evaluation);
  EvaluationFiles files = {evaluation_figures(evaluation, worst, title), {}};
  files.pictures.emplace_back("mistakes.png",
                              mistakes_png(evaluation, worst, fmt::format("Most confident mistakes, {}", title)));
  if (!row && !evaluation.worst.empty()) row = evaluation.worst[0].row;
  if (!row && !rows.empty()) row = rows[0];
  if (!row) return files;
  const auto found = std::ranges::find(rows, *row);
  if (found == rows.end())
    throw Error(fmt::format("--row: expected one of the rows that are evaluated, found {}", *row));
  const auto at = static_cast<size_t>(found - rows.begin());
  files.figures.push_back(
      probabilities_of_row(data, *row, probabilities.values().subspan(at * classes, classes), names));
  return files;
}

Figure data_figure(const DataFacts& facts) {
  std::vector<std::pair<std::string, std::vector<int64_t>>> parts;
  for (size_t s = 0; s < facts.splits.size(); ++s) parts.emplace_back(facts.splits[s], facts.counts[s]);
  return class_counts_figure(facts.class_names, parts, fmt::format("Pictures per class, {}", base_name(facts.path)));
}

}  // namespace fer::cli
