#include "tools/eval/wrong_list.h"

#include <fmt/format.h>

#include "tools/cli/csv.h"

namespace fer::cli {

WrongList wrong_list(const Classifier& classifier, const Tensor& probabilities, const Dataset& data,
                     const std::vector<int64_t>& rows) {
  const std::vector<std::string>& names = classifier.class_names();
  WrongList list{.text = data.files.empty() ? "row,label,prediction" : "file,label,prediction"};
  for (const std::string& name : names) list.text.append(",").append(csv_cell(name));
  list.text += '\n';
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto row = static_cast<size_t>(rows[i]);
    const std::span<const float> p = probabilities.values().subspan(i * names.size(), names.size());
    const int64_t predicted = most_probable(p, 1)[0];
    if (predicted == data.labels[row]) continue;
    list.text += fmt::format("{},{},{}", data.files.empty() ? fmt::format("{}", row) : csv_cell(data.files[row]),
                             csv_cell(names[data.labels[row]]), csv_cell(names[static_cast<size_t>(predicted)]));
    for (const float probability : p) list.text += fmt::format(",{}", probability);
    list.text += '\n';
    ++list.count;
  }
  return list;
}

}  // namespace fer::cli
