#include "tools/predict/answers_csv.h"

#include <fmt/format.h>

#include <algorithm>

#include "fer/class_names.h"
#include "tools/cli/csv.h"
#include "tools/data/data_files.h"

namespace fer::cli {

void AnswersCsv::add(const std::string& file, int64_t row, std::span<const float> probabilities) {
  answers_.push_back(
      {file, row, most_probable(probabilities, 1)[0], std::vector<float>(probabilities.begin(), probabilities.end())});
}

bool AnswersCsv::is_submission() const {
  const bool one_file =
      std::ranges::all_of(answers_, [&](const Answer& a) { return a.row >= 0 && a.file == answers_[0].file; });
  const std::vector<std::string>& known = fer2013_class_names();
  const std::vector<std::string>& names = classifier_.model(0).network.class_names;
  const bool contest = std::ranges::all_of(names, [&](const std::string& name) {
    return std::ranges::find(known, canonical_class_name(name)) != known.end();
  });
  return one_file && contest && (!names.empty() || classifier_.class_count() == static_cast<int64_t>(known.size()));
}

std::string AnswersCsv::what() const {
  return fmt::format("{}{} {}", is_submission() ? "" : "a table of ", answers_.size(),
                     is_submission() ? "labels" : "pictures");
}

std::string AnswersCsv::text() const { return is_submission() ? submission() : table(); }

std::string AnswersCsv::submission() const {
  // (Without names: fer2013's seven.)
  const std::vector<std::string>& names = classifier_.model(0).network.class_names;
  const std::vector<size_t> numbers = fer2013_numbers(names.empty() ? fer2013_class_names() : names, "the model");
  std::string text;
  for (const Answer& answer : answers_) text += fmt::format("{}\n", numbers[static_cast<size_t>(answer.best)]);
  return text;
}

std::string AnswersCsv::table() const {
  const bool rows = std::ranges::any_of(answers_, [](const Answer& a) { return a.row >= 0; });
  std::string text = rows ? "file,row,label" : "file,label";
  for (const std::string& name : classifier_.class_names()) text.append(",").append(csv_cell(name));
  text += '\n';
  for (const Answer& answer : answers_) {
    text += csv_cell(answer.file);
    if (rows) text += answer.row >= 0 ? fmt::format(",{}", answer.row) : ",";
    text.append(",").append(csv_cell(classifier_.class_names()[static_cast<size_t>(answer.best)]));
    for (const float p : answer.probabilities) text += fmt::format(",{}", p);
    text += '\n';
  }
  return text;
}

}  // namespace fer::cli
