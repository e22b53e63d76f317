#include "report/page.h"

#include <fmt/format.h>

#include <algorithm>

#include "fer/version.h"
#include "report/picture_uri.h"
#include "report/reliability.h"
#include "report/style.h"
#include "report/text.h"

namespace fer::report {
namespace {

std::string class_name(const Evaluation& evaluation, int label) {
  const auto i = static_cast<size_t>(label);
  return i < evaluation.classes.size() ? escaped(evaluation.classes[i].name) : fmt::format("{}", label);
}

// A number with a bar of `share` of the cell's width before it.
std::string bar_cell(double share, const std::string& text) {
  return fmt::format("<td class=\"num\"><div class=\"bar\"><i style=\"--share:{:.1f}%\"></i><span>{}</span></div></td>",
                     100 * std::clamp(share, 0.0, 1.0), text);
}

std::string confusion_cell(const Evaluation& evaluation, size_t label, size_t predicted) {
  const int64_t count = evaluation.confusion[label][predicted];
  const int64_t support = evaluation.classes[label].support;
  const double share = support == 0 ? 0 : static_cast<double>(count) / static_cast<double>(support);
  const bool hit = label == predicted;
  // Mistakes are rarer: one picture already shows, and their colour grows faster.
  const double shade = hit ? share : std::min(1.0, 0.05 * (count > 0) + share * 1.3);
  return fmt::format(
      "<td{} style=\"background:rgba(var(--{}),{:.3f})\" title=\"{} taken for {}: {}\">{}<small>{:.0f} %</small></td>",
      shade > 0.7 ? " class=\"full\"" : "", hit ? "hit" : "miss", shade, escaped(evaluation.classes[label].name),
      escaped(evaluation.classes[predicted].name), count, count, 100 * share);
}

}  // namespace

std::string page(const std::string& title, const std::string& body) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{0}</title>\n"
      "<style>{1}</style>\n</head>\n<body>\n<main>\n<h1>{0}</h1>\n{2}<footer>fer {3}</footer>\n</main>\n</body>\n"
      "</html>\n",
      escaped(title), kStyle, body, version());
}

std::string section(const std::string& heading, const std::string& content) {
  return content.empty() ? "" : fmt::format("<section><h2>{}</h2>\n{}</section>\n", escaped(heading), content);
}

std::string headline(const std::vector<std::pair<std::string, std::string>>& tiles) {
  std::string out = "<div class=\"tiles\">";
  for (const auto& [label, value] : tiles) {
    out += fmt::format("<div><span>{}</span><b>{}</b></div>", escaped(label), escaped(value));
  }
  return out + "</div>\n";
}

std::string settings_table(const std::vector<std::pair<std::string, std::string>>& settings) {
  if (settings.empty()) return "";
  std::string out = "<div class=\"scroll\"><table class=\"settings\">\n";
  for (const auto& [name, value] : settings) {
    out += fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", escaped(name), escaped(value));
  }
  return out + "</table></div>\n";
}

std::string class_counts_table(const std::vector<std::string>& class_names,
                               const std::vector<std::pair<std::string, std::vector<int64_t>>>& counts) {
  if (counts.empty() || class_names.empty()) return "";
  std::string head = "<tr><th>class</th>", rows, totals = "<tr><td>all</td>";
  for (const auto& [split, of_class] : counts) {
    int64_t sum = 0;
    for (const int64_t n : of_class) sum += n;
    head += fmt::format("<th class=\"num\">{}</th>", escaped(split));
    totals += fmt::format("<td class=\"num\">{}</td>", grouped(sum));
  }
  for (size_t c = 0; c < class_names.size(); ++c) {
    rows += fmt::format("<tr><td>{}</td>", escaped(class_names[c]));
    for (const auto& [split, of_class] : counts) {
      const int64_t n = c < of_class.size() ? of_class[c] : 0;
      const int64_t most = of_class.empty() ? 0 : *std::max_element(of_class.begin(), of_class.end());
      rows += bar_cell(most == 0 ? 0 : static_cast<double>(n) / static_cast<double>(most), grouped(n));
    }
    rows += "</tr>\n";
  }
  return fmt::format("<div class=\"scroll\"><table>\n{}</tr>\n{}{}</tr>\n</table></div>\n", head, rows, totals);
}

std::string class_figures_table(const Evaluation& evaluation) {
  std::string rows;
  for (const ClassFigures& c : evaluation.classes) {
    rows += fmt::format("<tr><td>{}</td>{}{}{}<td class=\"num\">{}</td></tr>\n", escaped(c.name),
                        bar_cell(c.precision, percent(c.precision)), bar_cell(c.recall, percent(c.recall)),
                        bar_cell(c.f1, fixed4(c.f1)), grouped(c.support));
  }
  return fmt::format(
      "<div class=\"scroll\"><table>\n<tr><th>class</th><th class=\"num\">precision</th><th class=\"num\">recall</th>"
      "<th class=\"num\">F1</th><th class=\"num\">pictures</th></tr>\n{}</table></div>\n",
      rows);
}

std::string confusion_table(const Evaluation& evaluation) {
  std::string head = "<tr><th></th>", rows;
  for (const ClassFigures& c : evaluation.classes) head += fmt::format("<th>{}</th>", escaped(c.name));
  for (size_t label = 0; label < evaluation.confusion.size(); ++label) {
    rows += fmt::format("<tr><th>{}</th>", escaped(evaluation.classes[label].name));
    for (size_t predicted = 0; predicted < evaluation.confusion[label].size(); ++predicted) {
      rows += confusion_cell(evaluation, label, predicted);
    }
    rows += "</tr>\n";
  }
  return fmt::format(
      "<div class=\"scroll\"><table class=\"confusion\">\n<thead>{}</tr></thead>\n<tbody>{}</tbody></table></div>\n"
      "<p class=\"note\">Rows: the label; columns: what the network said; per cent of the row.</p>\n",
      head, rows);
}

std::string mistakes_gallery(const Evaluation& evaluation, const std::vector<ReportPicture>& pictures) {
  std::string out;
  for (size_t i = 0; i < std::min(evaluation.worst.size(), pictures.size()); ++i) {
    const Mistake& m = evaluation.worst[i];
    out += fmt::format(
        "<figure><img src=\"{}\" alt=\"{}\"><figcaption><b>{}</b><br>is "
        "{}<small>{}{}{}</small></figcaption></figure>\n",
        picture_uri(pictures[i]), class_name(evaluation, m.label), class_name(evaluation, m.predicted),
        class_name(evaluation, m.label), percent(m.probability), pictures[i].caption.empty() ? "" : " · ",
        escaped(pictures[i].caption));
  }
  return out.empty() ? "" : "<div class=\"mistakes\">\n" + out + "</div>\n";
}

std::string evaluation_sections(const Evaluation& evaluation, const std::vector<ReportPicture>& pictures) {
  if (evaluation.count == 0) return "";
  return section("Confusion matrix", confusion_table(evaluation)) +
         section("By class", class_figures_table(evaluation)) +
         section("Calibration", reliability_diagram(evaluation.calibration)) +
         section("Worst mistakes", mistakes_gallery(evaluation, pictures));
}

}  // namespace fer::report
