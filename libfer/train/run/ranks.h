// What the ranks of a run agree on outside its steps. Every function returns at once where the run is alone (exchange
// null).
#pragma once

#include <span>
#include <vector>

#include "core/json_value.h"
#include "evaluate/evaluation.h"
#include "fer/exchange.h"
#include "fer/trainer.h"
#include "train/files/state.h"
#include "train/step/named_array.h"

namespace fer::train {

// Throws Error on every rank, naming the first rank whose version, instruction set, network, configuration, data or
// first weights are not rank 0's, and what differs. identity: of run_identity.
void expect_same_run_on_all(Exchange* exchange, const TrainConfig& config, const core::JsonValue& identity);

// Throws Error unless each of the ranks has a small batch in a full step.
void expect_work_for_all(const Exchange* exchange, const TrainConfig& config);

// Gives every rank the state and the arrays of rank 0.
void share_state(Exchange* exchange, RunState& state, const std::vector<NamedArray>& arrays,
                 const std::vector<NamedTensor>& tensors);

// Gives every rank the figures of rank 0, by which all decide alike, and throws Error naming the first rank whose
// weights are not rank 0's any more: its machine computes other numbers.
void agree_on_epoch(Exchange* exchange, EpochResult& epoch, std::span<const float> weights);

// evaluation::probabilities_of, with the ranks' work shared by batches: the same bits as alone. `stopped` is set where
// options.should_stop of any rank said so; the result is not whole then.
Tensor shared_probabilities(Exchange* exchange, const Model& model, std::span<const float> weights, const Dataset& data,
                            std::span<const int64_t> rows, evaluation::InferenceOptions options, bool& stopped);

}  // namespace fer::train
