// One optimizer step over flat arrays. Formulas: fer/optimizer.h. Bandwidth-bound: each array is read and written once.
#pragma once

#include <cstdint>
#include <span>

namespace fer::kernels {

// t is 1 at the first step. decay is learning_rate * weight_decay, taken off w first (0: plain Adam).
struct AdamStep {
  float learning_rate = 1e-3f, beta1 = 0.9f, beta2 = 0.999f, epsilon = 1e-7f, decay = 0;
  int64_t t = 1;
};
void adam_update(const AdamStep& step, std::span<float> w, std::span<const float> g, std::span<float> m,
                 std::span<float> v);

struct SgdStep {
  float learning_rate = 1e-2f, momentum = 0, weight_decay = 0;
  bool nesterov = false;
};
// velocity may be empty when momentum is 0.
void sgd_update(const SgdStep& step, std::span<float> w, std::span<const float> g, std::span<float> velocity);

// mean_square is r, mean_gradient a (empty: not centered), velocity v (empty: no momentum) of fer/optimizer.h.
struct RmsPropStep {
  float learning_rate = 1e-3f, rho = 0.9f, momentum = 0, epsilon = 1e-7f;
  bool epsilon_in_root = false;  // sqrt(r + epsilon), not sqrt(r) + epsilon
};
struct RmsPropMoments {
  std::span<float> mean_square, mean_gradient = {}, velocity = {};
};
void rmsprop_update(const RmsPropStep& step, std::span<float> w, std::span<const float> g,
                    const RmsPropMoments& moments);

// average = decay * average + (1 - decay) * w
void average_update(float decay, std::span<const float> w, std::span<float> average);

}  // namespace fer::kernels
