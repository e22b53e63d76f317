// Inference over rows of a data set, for validation during training and for fer/evaluate.h.
#pragma once

#include <functional>
#include <span>

#include "evaluate/viewed_model.h"
#include "fer/dataset.h"
#include "fer/metrics.h"
#include "fer/model.h"

namespace fer::evaluation {

// Throws Error unless the data set's pictures can be fitted to the network's input (numbers: have its shape), every row
// exists and (where `labels_needed`) has a label below class_count(network). `what` names the rows in messages.
void check_rows(const Network& network, const Dataset& data, std::span<const int64_t> rows, bool labels_needed,
                const char* what);

struct InferenceOptions {
  int64_t batch_size = 64;
  Views views = {};
  // The workspace is for batch_size rows, however few there are: the last bits of answers may depend on it.
  bool whole_workspace = false;
  bool raw = false;  // with one view only: the network's own outputs, also where those are logits
  // Called after every batch; when it returns true no more are done, and the rows that were not reached stay 0.
  std::function<bool()> should_stop = {};
};
// For should_stop: throws Error when this one returns true; it may be empty.
std::function<bool()> or_error(const std::function<bool()>& should_stop);

// Probabilities [rows, classes]. weights are laid out as model.weights; the model's own are not read.
Tensor probabilities_of(const Model& model, std::span<const float> weights, const Dataset& data,
                        std::span<const int64_t> rows, const InferenceOptions& options);
// The same for a model that is prepared already, with options.views and options.raw decided then.
Tensor probabilities_of(const ViewedModel& model, const Dataset& data, std::span<const int64_t> rows,
                        const InferenceOptions& options);

// Figures of probabilities [rows, classes] that a network gave for labelled rows.
Evaluation evaluation_of(const Tensor& probabilities, const Network& network, const Dataset& data,
                         std::span<const int64_t> rows);

}  // namespace fer::evaluation
