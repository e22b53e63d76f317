// What a model says of whole pictures, asked a batch at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fer/classifier.h"
#include "tools/cli/cli.h"
#include "tools/predict/answers_csv.h"
#include "tools/predict/landmark_inputs.h"

namespace fer::cli {

struct Source {
  std::string file;
  int64_t row = -1;  // of a CSV file, from 0; -1: a picture
};

// A file's name in a line of its own: a '?' for each control character, as ls has it.
std::string in_a_line(std::string name);
// "happy (its emoji) 98.2 %, sad ...": these classes with their probabilities.
std::string classes_text(const Classifier& classifier, std::span<const float> probabilities,
                         std::span<const int64_t> classes);

// Collects pictures, asks the model for a batch at a time, and prints the answers in order.
class Answers {
 public:
  Answers(const Classifier& classifier, const Views& views, const Arguments& arguments);

  void add(Source source, const Image& image);
  // Adds every row of a file of landmarks.
  void add_landmarks(const std::string& path);
  void flush();

  int64_t count() const { return count_; }
  // Of all answers, where --csv asks for them.
  const AnswersCsv& csv() const { return csv_; }

 private:
  template <class Value>
  void answer_all(std::span<const Value> batch);
  void answer(const Source& source, std::span<const float> p);
  void print_line(const Source& source, std::span<const float> p, const std::vector<int64_t>& order) const;
  void print_json(const Source& source, std::span<const float> p, const std::vector<int64_t>& order) const;
  void note_unlike(const Source& source, const Image& image);

  const Classifier& classifier_;
  const Views views_;
  const bool json_, lines_;
  const int64_t top_;
  bool noted_ = false;
  std::vector<Source> sources_;
  std::vector<uint8_t> pixels_;
  std::optional<LandmarkInputs> landmarks_;  // of pictures, where --predictor finds them
  std::vector<float> values_;
  AnswersCsv csv_;
  int64_t count_ = 0;
};

}  // namespace fer::cli
