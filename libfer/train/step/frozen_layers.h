// Which layers a run does not train (TrainConfig::freeze), and when.
#pragma once

#include <cstdint>
#include <vector>

#include "fer/network.h"
#include "fer/trainer.h"

namespace fer::train {

// One flag per layer of the network: whether `freeze` names it; empty where that is empty. Throws Error naming an entry
// that is of no layer with weights, and where nothing would be left to train.
std::vector<bool> frozen_layers(const std::vector<std::string>& freeze, const Network& network);

// The network with these layers frozen, beside its own.
Network with_frozen(Network network, const std::vector<bool>& frozen);

// Whether the layers are frozen in a step: before epoch TrainConfig::unfreeze_at, or always.
bool freezes_in_step(const TrainConfig& config, int64_t step, int64_t steps_per_epoch);

// The first step in which each layer is trained by `config`; empty where nothing is frozen. (A network's own frozen
// layers count as any others here.)
std::vector<int64_t> first_trained_steps(const TrainConfig& config, const Network& network, int64_t steps_per_epoch);

// What a user should know: which layers, how much is left to train, what becomes of batch norms. Empty where nothing is
// frozen.
std::vector<std::string> freezing_remarks(const TrainConfig& config, const Network& network, int64_t epochs);

}  // namespace fer::train
