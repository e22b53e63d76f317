// A network whose loss can be worked out.
#pragma once

#include <utility>

#include "tests/train/small_run.h"

namespace fer {

// Logits 0 everywhere, whatever the picture: the loss can be worked out.
inline Network flat_network(float l2 = 0) {
  Network net({6, 6, 1});
  net.add(Flatten{});
  net.add(Dense{.units = 3,
                .activation = Activation::kSoftmax,
                .kernel_init = {Initializer::Kind::kConstant, 0.5f},
                .kernel_regularizer = {.l2 = l2}},
          "dense");
  return net;
}

// The first epoch's figures with weights that do not move.
inline EpochResult first_epoch(Network network, TrainConfig config, std::span<const float> soft_targets = {}) {
  const SmallRun run;
  config.epochs = 1;
  config.optimizer = Sgd{.learning_rate = 1e-30f};
  Trainer trainer(std::move(network), std::move(config));
  return trainer.fit(run.data, run.train, run.validation, {}, soft_targets).epochs.at(0);
}

}  // namespace fer
