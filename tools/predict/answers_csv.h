// fer-predict --csv: a model's answers as a file.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fer/classifier.h"

namespace fer::cli {

// Collects answers and writes them in one of two forms. Rows of one CSV file of pictures, whose classes are fer2013's,
// become a submission to Kaggle's contest: fer2013's number of each answer on a line of its own, in the order of the
// rows, without a header, as the contest's organisers had uploaded (pylearn2,
// scripts/icml_2013_wrepl/emotions/make_submission.py). All else becomes a table: a header, and a row per picture of
// its file, its row there (from 0; only where CSV files are among them), the most probable class and the probability of
// every class under the class's name.
class AnswersCsv {
 public:
  explicit AnswersCsv(const Classifier& classifier) : classifier_(classifier) {}

  // row: of a CSV file, or -1.
  void add(const std::string& file, int64_t row, std::span<const float> probabilities);
  // "2 labels" or "a table of 2 pictures": what text() is.
  std::string what() const;
  std::string text() const;

 private:
  struct Answer {
    std::string file;
    int64_t row;
    int64_t best;
    std::vector<float> probabilities;
  };

  bool is_submission() const;
  std::string submission() const;
  std::string table() const;

  const Classifier& classifier_;
  std::vector<Answer> answers_;
};

}  // namespace fer::cli
