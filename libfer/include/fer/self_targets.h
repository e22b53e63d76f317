// Targets that follow the network's own answers: temporal ensembling (Laine and Aila 2017), as early-learning
// regularisation uses it (Liu et al. 2020).
#pragma once

#include <cstdint>

#include "fer/export.h"

namespace FER_PUBLIC fer {

// For every training picture there is a distribution t, which begins as its label (or soft target). After each step
//   t = decay * t + (1 - decay) * p
// for the pictures of the step that were not mixed with others, where p are the probabilities that the network gave in
// this step: of the augmented picture, with dropout. And in each step
//   target = (1 - a) * target + a * t
// before pictures are mixed. The share a is 0 in the first `start` epochs, which only gather answers. From there on it
// rises linearly, epoch by epoch: a = weight * (epoch - start) / (epochs - start), where epochs are counted from 1; so
// it is `weight` in the last one.
struct SelfTargets {
  double weight = 0;  // 0 to 1; 0: there are none
  double decay = 0.9;
  int64_t start = 0;
  bool any() const { return weight > 0; }
  bool operator==(const SelfTargets&) const = default;
};

}  // namespace fer
