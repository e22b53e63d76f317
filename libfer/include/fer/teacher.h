// Soft targets from models that are trained already: knowledge distillation (Hinton, Vinyals and Dean 2015).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fer/export.h"
#include "fer/views.h"

namespace FER_PUBLIC fer {

// For every training picture, as it is without augmentation, each model gives probabilities p, the mean over its views.
// With the temperature T they become p_k^(1/T) / sum_j p_j^(1/T), which of one view is the softmax of logits / T. The
// mean over the models is the teacher's answer t:
//   target = (1 - weight) * label + weight * t
// where `label` is the label's distribution, smoothed if label_smoothing is set, or the row's soft target.
struct Teacher {
  std::vector<std::string> models = {};  // their files; empty: there is no teacher
  double weight = 0.5;                   // 0 to 1
  double temperature = 1;                // above 0; the network that is trained has temperature 1 (docs/training.md)
  Views views = {};                      // their mean is that of the probabilities
  bool any() const { return !models.empty(); }
  bool operator==(const Teacher&) const = default;
};

// What was asked before the first step.
struct TeacherFigures {
  int64_t models = 0, pictures = 0;
  double seconds = 0;
  double label_probability = 0;  // mean probability that the teachers give to a picture's own class
};

}  // namespace fer
