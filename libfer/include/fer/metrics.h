// Figures of a classifier on labelled data.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fer/export.h"
#include "fer/tensor.h"

namespace FER_PUBLIC fer {

struct ClassFigures {
  std::string name;
  int64_t support = 0;  // pictures of this class
  // precision = right / predicted, recall = right / support, f1 = their harmonic mean; 0 where the denominator is 0
  // (scikit-learn's rule).
  double precision = 0, recall = 0, f1 = 0;
};

struct Mistake {
  int64_t row = 0;  // in the data set
  int label = 0, predicted = 0;
  double probability = 0;  // given to the wrong class
};

struct Evaluation {
  int64_t count = 0;
  double loss = 0, accuracy = 0;
  double macro_f1 = 0;
  std::vector<ClassFigures> classes;
  std::vector<std::vector<int64_t>> confusion;  // [label][predicted]
  std::vector<Mistake> worst;                   // up to 24 wrong answers, most confident first
};

// Takes probabilities [n, classes], n labels, and for `worst` the n row numbers in the data set.
Evaluation evaluate_probabilities(const Tensor& probabilities, std::span<const uint8_t> labels,
                                  std::span<const int64_t> rows, const std::vector<std::string>& class_names);

}  // namespace fer
