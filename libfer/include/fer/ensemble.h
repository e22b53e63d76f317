// Several models as one: their probabilities averaged, or their votes counted.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fer/dataset.h"
#include "fer/export.h"
#include "fer/metrics.h"
#include "fer/model.h"
#include "fer/views.h"

namespace FER_PUBLIC fer {

enum class EnsembleRule {
  kMean,  // the mean of the models' probabilities
  kVote   // (votes + mean) / (models + 1), votes being the number of models whose most probable class it is: the class
          // with the most votes comes first, of equals that with the larger mean, and a row adds up to 1
};

// Returns an empty text where two networks tell the same classes apart, under the same names; else what was expected
// and what was found: "expected 7 classes (angry, ...), found 6 (...)".
std::string class_difference(const Network& expected, const Network& found);

// Joins the probabilities of several models, each [rows, classes], into one table of that shape. weights: one per
// model, what each counts in the mean, which is divided by their sum; empty: all the same. Throws Error when there is
// no model, when sizes differ, and where weights are not as many finite numbers of 0 or more with a sum above 0, or are
// given for votes.
std::vector<float> join_probabilities(std::span<const std::vector<float>> models, int64_t classes, EnsembleRule rule,
                                      std::span<const double> weights = {});

// Returns probabilities [rows, classes], asking for `batch_size` pictures at a time: of each model the mean over
// `views`.
// Throws Error when there is no model, when two differ in classes ("model 2: ..."), and as predict_rows does.
Tensor predict_ensemble(std::span<const Model> models, EnsembleRule rule, const Dataset& data,
                        std::span<const int64_t> rows, int64_t batch_size = 64, const Views& views = {});

// Does what evaluate (fer/evaluate.h) does, with the probabilities of predict_ensemble.
Evaluation evaluate_ensemble(std::span<const Model> models, EnsembleRule rule, const Dataset& data,
                             std::span<const int64_t> rows, int64_t batch_size = 64, const Views& views = {});

}  // namespace fer
