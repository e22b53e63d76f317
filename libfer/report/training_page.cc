#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fer/report.h"
#include "report/line_chart.h"
#include "report/page.h"
#include "report/text.h"

namespace fer {
namespace {

using report::LineChart;

std::vector<double> column(const TrainingReport& report, double EpochFigures::*field) {
  std::vector<double> values;
  for (const EpochFigures& e : report.epochs) values.push_back(e.*field);
  return values;
}

bool any_finite(const std::vector<double>& values) {
  return std::any_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

LineChart empty_chart(const TrainingReport& report, const std::string& title) {
  LineChart chart{.title = title};
  for (const EpochFigures& e : report.epochs) chart.x.push_back(static_cast<double>(e.epoch));
  if (report.best_epoch > 0 && !report.last_is_kept) {
    chart.marked_x = static_cast<double>(report.best_epoch);
    chart.marked_label = fmt::format("best: epoch {}", report.best_epoch);
  }
  return chart;
}

LineChart train_and_validation(const TrainingReport& report, const std::string& title, double EpochFigures::*train,
                               double EpochFigures::*validation) {
  LineChart chart = empty_chart(report, title);
  chart.series.push_back({"training", "train", column(report, train)});
  std::vector<double> y = column(report, validation);
  if (any_finite(y)) chart.series.push_back({"validation", "validation", std::move(y), true});
  return chart;
}

LineChart losses(const TrainingReport& report) {
  LineChart chart = train_and_validation(report, "Loss", &EpochFigures::loss, &EpochFigures::val_loss);
  std::vector<double> y = column(report, &EpochFigures::val_calibrated_loss);
  if (any_finite(y)) chart.series.push_back({"validation at its best temperature", "other", std::move(y), true});
  return chart;
}

LineChart single(const TrainingReport& report, const std::string& title, double EpochFigures::*field) {
  LineChart chart = empty_chart(report, title);
  chart.marked_label.clear();
  chart.series.push_back({title, "other", column(report, field)});
  return chart;
}

std::string charts(const TrainingReport& report) {
  if (report.epochs.empty()) return "<p>No epoch has ended yet.</p>\n";
  LineChart accuracy = train_and_validation(report, "Accuracy", &EpochFigures::accuracy, &EpochFigures::val_accuracy);
  accuracy.as_percent = true;
  LineChart rate = single(report, "Learning rate", &EpochFigures::learning_rate);
  const auto [low, high] = std::minmax_element(rate.series[0].y.begin(), rate.series[0].y.end());
  // A rate that ends near 0, as a cosine's does, would be a cliff on a logarithmic axis.
  rate.logarithmic = *low > 1e-5 * *high && *high > 20 * *low;
  LineChart speed = single(report, "Training pictures per second", &EpochFigures::images_per_second);
  speed.from_zero = true;
  return "<div class=\"charts\">\n" + line_chart_svg(losses(report)) + line_chart_svg(accuracy) + line_chart_svg(rate) +
         line_chart_svg(speed) + "</div>\n";
}

const EpochFigures* best_figures(const TrainingReport& report) {
  for (const EpochFigures& e : report.epochs) {
    if (e.epoch == report.best_epoch) return &e;
  }
  return nullptr;
}

std::vector<std::pair<std::string, std::string>> tiles(const TrainingReport& report) {
  std::vector<std::pair<std::string, std::string>> out;
  if (report.epochs.empty()) return out;
  if (const EpochFigures* best = best_figures(report)) {
    const bool validated = std::isfinite(best->val_loss);
    out.emplace_back(report.last_is_kept ? "last epoch" : "best epoch",
                     fmt::format("{} of {}", best->epoch, report.epochs.back().epoch));
    out.emplace_back(validated ? "validation accuracy" : "training accuracy",
                     report::percent(validated ? best->val_accuracy : best->accuracy));
    out.emplace_back(validated ? "validation loss" : "training loss",
                     report::fixed4(validated ? best->val_loss : best->loss));
  }
  std::vector<double> speeds = column(report, &EpochFigures::images_per_second);
  std::nth_element(speeds.begin(), speeds.begin() + speeds.size() / 2, speeds.end());
  double seconds = 0;
  for (const EpochFigures& e : report.epochs) seconds += e.seconds;
  out.emplace_back("pictures per second", fmt::format("{:.0f}", speeds[speeds.size() / 2]));
  out.emplace_back("training time", report::duration(seconds));
  return out;
}

// The same weights on pictures that they were trained on.
std::string overfitting(const TrainingReport& report) {
  const Evaluation& training = report.on_training;
  if (training.count == 0) return "";
  return report::headline(
      {{"accuracy on " + report.on_training_name, report::percent(training.accuracy)},
       {"loss there", report::fixed4(training.loss)},
       {"points apart", fmt::format("{:.1f}", 100 * (training.accuracy - report.evaluation.accuracy))}});
}

}  // namespace

std::string training_report_html(const TrainingReport& report) {
  const auto top = tiles(report);
  std::string body = top.empty() ? "" : report::headline(top);
  body += report::section("Progress", charts(report));
  if (report.evaluation.count > 0) {
    body +=
        report::section(fmt::format("{} weights on {}", report.last_is_kept ? "Last" : "Best", report.evaluation_name),
                        report::headline({{"accuracy", report::percent(report.evaluation.accuracy)},
                                          {"loss", report::fixed4(report.evaluation.loss)},
                                          {"macro F1", report::fixed4(report.evaluation.macro_f1)},
                                          {"pictures", report::grouped(report.evaluation.count)}}) +
                            overfitting(report));
  }
  body += report::evaluation_sections(report.evaluation, report.worst);
  body += report::section("Pictures by class", report::class_counts_table(report.class_names, report.class_counts));
  body += report::section("Settings", report::settings_table(report.settings));
  return report::page(report.title, body);
}

}  // namespace fer
