#include "fer/report.h"
#include "report/page.h"
#include "report/text.h"

namespace fer {

std::string evaluation_report_html(const EvaluationReport& report) {
  const Evaluation& e = report.evaluation;
  const std::string body = report::headline({{"accuracy", report::percent(e.accuracy)},
                                             {"loss", report::fixed4(e.loss)},
                                             {"macro F1", report::fixed4(e.macro_f1)},
                                             {"pictures", report::grouped(e.count)}}) +
                           report::evaluation_sections(e, report.worst) +
                           report::section("Settings", report::settings_table(report.settings));
  return report::page(report.title, body);
}

}  // namespace fer
