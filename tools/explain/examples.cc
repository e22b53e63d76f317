#include "tools/explain/examples.h"

#include <fmt/format.h>

#include <algorithm>

#include "fer/error.h"
#include "tools/cli/cli.h"
#include "tools/cli/csv.h"
#include "tools/cli/pictures.h"
#include "tools/cli/sheet.h"

namespace fer::cli {
namespace {

std::string place_of(const Dataset& data, int64_t row) {
  return data.files.empty() ? fmt::format("row {}", row) : base_name(data.files[static_cast<size_t>(row)]);
}

SheetSection section_of(const Dataset& data, const std::string& heading, const std::vector<Example>& examples,
                        int label, const std::vector<std::string>& names) {
  SheetSection section = {heading, {}};
  for (const Example& one : examples) {
    const std::string answer =
        one.predicted == label
            ? fmt::format("{:.0f} %", 100 * one.probability)
            : fmt::format("{} {:.0f} %", names[static_cast<size_t>(one.predicted)], 100 * one.of_predicted);
    section.pictures.push_back({row_image(data, one.row), {answer, place_of(data, one.row)}});
  }
  return section;
}

int label_of(const Examples& examples, const std::vector<std::string>& names) {
  return static_cast<int>(std::ranges::find(names, examples.class_name) - names.begin());
}

}  // namespace

Examples examples_of(const Dataset& data, const std::vector<int64_t>& rows, const Tensor& probabilities, int label,
                     int64_t most, const std::vector<std::string>& class_names) {
  const size_t classes = class_names.size();
  std::vector<Example> all;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (data.labels[static_cast<size_t>(rows[i])] != label) continue;
    const std::span<const float> p = probabilities.values().subspan(i * classes, classes);
    const auto top = std::max_element(p.begin(), p.end());
    all.push_back({rows[i], p[static_cast<size_t>(label)], static_cast<int>(top - p.begin()), *top});
  }
  Examples examples = {class_names[static_cast<size_t>(label)], static_cast<int64_t>(all.size()), {}, {}};
  if (all.empty()) throw Error(fmt::format("expected pictures of class {}, found none", examples.class_name));
  std::ranges::stable_sort(all, std::greater(), &Example::probability);
  const auto count = static_cast<ptrdiff_t>(std::min<int64_t>(most, examples.count));
  examples.best.assign(all.begin(), all.begin() + count);
  examples.worst.assign(all.rbegin(), all.rbegin() + count);
  return examples;
}

Image examples_sheet(const Dataset& data, const Examples& examples, const std::vector<std::string>& class_names,
                     const std::string& title) {
  const int label = label_of(examples, class_names);
  const std::vector<SheetSection> sections = {
      section_of(data, fmt::format("most sure of {}", examples.class_name), examples.best, label, class_names),
      section_of(data, fmt::format("are {}, least sure of it", examples.class_name), examples.worst, label,
                 class_names)};
  return sheet_of(title, sections, {.columns = 8, .height = 96, .width = 96});
}

std::string examples_csv(const Dataset& data, const Examples& examples, const std::vector<std::string>& class_names) {
  std::string text = "kind,file,row,label,predicted,probability,probability_of_predicted\n";
  const auto add = [&](const char* kind, const std::vector<Example>& list) {
    for (const Example& one : list) {
      text += fmt::format("{},{},{},{},{},{},{}\n", kind,
                          csv_cell(data.files.empty() ? "" : data.files[static_cast<size_t>(one.row)]), one.row,
                          csv_cell(examples.class_name), csv_cell(class_names[static_cast<size_t>(one.predicted)]),
                          one.probability, one.of_predicted);
    }
  };
  add("best", examples.best);
  add("worst", examples.worst);
  return text;
}

std::string examples_text(const Dataset& data, const Examples& examples, const std::vector<std::string>& class_names) {
  std::string text = fmt::format("{} {} of class {}\n", grouped(examples.count),
                                 examples.count == 1 ? "picture" : "pictures", examples.class_name);
  const auto add = [&](const char* heading, const std::vector<Example>& list) {
    text += fmt::format("{}\n", heading);
    for (const Example& one : list) {
      text += fmt::format("  {}: {:.1f} %", place_of(data, one.row), 100 * one.probability);
      if (class_names[static_cast<size_t>(one.predicted)] != examples.class_name) {
        text += fmt::format(", the model says {} {:.1f} %", class_names[static_cast<size_t>(one.predicted)],
                            100 * one.of_predicted);
      }
      text += '\n';
    }
  };
  add("most sure", examples.best);
  add("least sure", examples.worst);
  return text;
}

}  // namespace fer::cli
