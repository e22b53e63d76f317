// An evaluation for terminals and programs.
#include <fmt/format.h>

#include <algorithm>

#include "core/json_value.h"
#include "fer/report.h"
#include "report/text.h"

namespace fer {
namespace {

using report::display_width;
using report::padded;

size_t name_width(const Evaluation& evaluation) {
  size_t width = 5;
  for (const ClassFigures& c : evaluation.classes) width = std::max(width, display_width(c.name));
  return width;
}

std::string confusion_text(const Evaluation& evaluation, size_t first_width) {
  std::vector<size_t> widths;
  for (size_t c = 0; c < evaluation.classes.size(); ++c) {
    size_t width = display_width(evaluation.classes[c].name);
    for (const auto& row : evaluation.confusion) width = std::max(width, fmt::formatted_size("{}", row[c]));
    widths.push_back(width);
  }
  std::string out = std::string(first_width, ' ');
  for (size_t c = 0; c < widths.size(); ++c) {
    out += "  " + std::string(widths[c] - display_width(evaluation.classes[c].name), ' ') + evaluation.classes[c].name;
  }
  for (size_t r = 0; r < evaluation.confusion.size(); ++r) {
    out += '\n';
    out += padded(evaluation.classes[r].name, first_width);
    for (size_t c = 0; c < widths.size(); ++c) out += fmt::format("  {:>{}}", evaluation.confusion[r][c], widths[c]);
  }
  return out + "\n";
}

std::string calibration_text(const Calibration& c) {
  if (c.bins.empty()) return "";
  return fmt::format("calibration error {:.4f}  best temperature {:.3f}: loss {:.4f}, calibration error {:.4f}\n",
                     c.error, c.best_temperature, c.best_loss, c.best_error);
}

core::JsonValue calibration_json(const Calibration& c) {
  using core::JsonValue;
  JsonValue bins = JsonValue::array();
  for (const ReliabilityBin& bin : c.bins) {
    bins.push_back(JsonValue::object({{"low", bin.low},
                                      {"high", bin.high},
                                      {"count", bin.count},
                                      {"confidence", bin.confidence},
                                      {"accuracy", bin.accuracy}}));
  }
  return JsonValue::object({{"error", c.error},
                            {"best_temperature", c.best_temperature},
                            {"loss_at_best_temperature", c.best_loss},
                            {"error_at_best_temperature", c.best_error},
                            {"bins", std::move(bins)}});
}

}  // namespace

std::string evaluation_text(const Evaluation& evaluation) {
  const size_t width = name_width(evaluation);
  std::string out = fmt::format("pictures {}  loss {:.4f}  accuracy {:.2f} %  macro F1 {:.4f}\n{}\n", evaluation.count,
                                evaluation.loss, 100 * evaluation.accuracy, evaluation.macro_f1,
                                calibration_text(evaluation.calibration));
  out += fmt::format("{}  precision  recall      F1  pictures\n", padded("class", width));
  for (const ClassFigures& c : evaluation.classes) {
    out += fmt::format("{}     {:.4f}  {:.4f}  {:.4f}  {:>8}\n", padded(c.name, width), c.precision, c.recall, c.f1,
                       c.support);
  }
  return out + "\nconfusion (rows: label, columns: predicted)\n" + confusion_text(evaluation, width);
}

std::string evaluation_json(const Evaluation& evaluation) {
  using core::JsonValue;
  JsonValue classes = JsonValue::array(), worst = JsonValue::array();
  for (const ClassFigures& c : evaluation.classes) {
    classes.push_back(JsonValue::object(
        {{"name", c.name}, {"support", c.support}, {"precision", c.precision}, {"recall", c.recall}, {"f1", c.f1}}));
  }
  for (const Mistake& m : evaluation.worst) {
    worst.push_back(JsonValue::object(
        {{"row", m.row}, {"label", m.label}, {"predicted", m.predicted}, {"probability", m.probability}}));
  }
  const JsonValue json = JsonValue::object({{"count", evaluation.count},
                                            {"loss", evaluation.loss},
                                            {"accuracy", evaluation.accuracy},
                                            {"macro_f1", evaluation.macro_f1},
                                            {"calibration", calibration_json(evaluation.calibration)},
                                            {"classes", std::move(classes)},
                                            {"confusion", evaluation.confusion},
                                            {"worst", std::move(worst)}});
  // A name that is not UTF-8 must not cost the whole answer: its bad bytes become U+FFFD.
  return json.dump(JsonValue::Utf8::kReplaced);
}

}  // namespace fer
