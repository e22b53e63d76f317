// Inference over rows of a data set, and its figures.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "fer/dataset.h"
#include "fer/export.h"
#include "fer/metrics.h"
#include "fer/model.h"
#include "fer/views.h"

namespace FER_PUBLIC fer {

// Returns probabilities [rows, classes] in inference mode, `batch_size` rows at a time: of each row the mean over
// `views`. Throws Error where the model cannot be shown pictures in these views, and where the rows are landmarks and
// there is more than one.
Tensor predict_rows(const Model& model, const Dataset& data, std::span<const int64_t> rows, int64_t batch_size = 64,
                    const Views& views = {});

// Returns loss (cross-entropy, without regularisation), accuracy and confusion matrix over rows of a labelled data set.
// should_stop, where given, is called after every batch; when it returns true, Error is thrown.
Evaluation evaluate(const Model& model, const Dataset& data, std::span<const int64_t> rows, int64_t batch_size = 64,
                    const Views& views = {}, const std::function<bool()>& should_stop = {});

// Returns those of `rows` whose label is not the class that the model finds most probable, in their order.
std::vector<int64_t> misclassified_rows(const Model& model, const Dataset& data, std::span<const int64_t> rows);

// Returns the temperature, from 1 / 64 to 64, with which the model's answers to these views of labelled rows have the
// smallest loss: what Model::temperature is for. The model's own is left out of account. Throws Error as evaluate does,
// and where there are no rows or the network ends in sigmoids.
double fitted_temperature(const Model& model, const Dataset& data, std::span<const int64_t> rows,
                          int64_t batch_size = 64, const Views& views = {},
                          const std::function<bool()>& should_stop = {});

}  // namespace fer
