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

// One bar of a reliability diagram: the answers whose confidence, the largest probability, lies above `low` and is at
// most `high`.
struct ReliabilityBin {
  double low = 0, high = 0;
  int64_t count = 0;
  double confidence = 0, accuracy = 0;  // means over these answers; 0 where there is none
};

// Whether a classifier is as sure as it is right (Guo et al., On Calibration of Modern Neural Networks, 2017).
struct Calibration {
  std::vector<ReliabilityBin> bins;  // kReliabilityBins of equal width from 0 to 1
  // The expected calibration error, equation 3 of the paper: the sum over bins of count / n * |accuracy - confidence|.
  // NaN where a probability is.
  double error = 0;
  // The temperature by which logits would have to be divided for the smallest loss on these very labels (section 4.2),
  // from 1 / 64 to 64, and loss and calibration error with it. Of an answer that a user does not know the labels of it
  // says nothing: that is what temperatures fitted on other pictures are for (fer-calibrate).
  double best_temperature = 1, best_loss = 0, best_error = 0;
};
inline constexpr int64_t kReliabilityBins = 15;  // as in the paper

struct Evaluation {
  int64_t count = 0;
  double loss = 0, accuracy = 0;
  double macro_f1 = 0;
  std::vector<ClassFigures> classes;
  std::vector<std::vector<int64_t>> confusion;  // [label][predicted]
  std::vector<Mistake> worst;                   // up to 24 wrong answers, most confident first
  Calibration calibration;                      // no bins where there are no answers
};

// Takes probabilities [n, classes], n labels, and for `worst` the n row numbers in the data set.
Evaluation evaluate_probabilities(const Tensor& probabilities, std::span<const uint8_t> labels,
                                  std::span<const int64_t> rows, const std::vector<std::string>& class_names);

}  // namespace fer
