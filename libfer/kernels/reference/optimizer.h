// The truth that kernels/update/optimizer.h is held to; fer/optimizer.h has the formulas.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/update/optimizer.h"

namespace fer::kernels::reference {

// AdamW where step.decay (learning rate times weight decay) is not 0.
template <class T>
void adam_update(const AdamStep& step, std::vector<T>& w, const std::vector<T>& g, std::vector<T>& m,
                 std::vector<T>& v) {
  const double beta1 = step.beta1, beta2 = step.beta2, t = static_cast<double>(step.t);
  const double rate = step.learning_rate * std::sqrt(1 - std::pow(beta2, t)) / (1 - std::pow(beta1, t));
  for (size_t i = 0; i < w.size(); ++i) {
    const double gradient = g[i];
    const double first = beta1 * m[i] + (1 - beta1) * gradient;
    const double second = beta2 * v[i] + (1 - beta2) * gradient * gradient;
    m[i] = static_cast<T>(first);
    v[i] = static_cast<T>(second);
    w[i] = static_cast<T>(w[i] - double{step.decay} * w[i] - rate * first / (std::sqrt(second) + step.epsilon));
  }
}

template <class T>
void sgd_update(const SgdStep& step, std::vector<T>& w, const std::vector<T>& g, std::vector<T>& velocity) {
  for (size_t i = 0; i < w.size(); ++i) {
    const double gradient = g[i] + double{step.weight_decay} * w[i];
    const double speed = (step.momentum == 0 ? 0 : double{step.momentum} * velocity[i]) - step.learning_rate * gradient;
    if (step.momentum != 0) velocity[i] = static_cast<T>(speed);
    w[i] = static_cast<T>(w[i] + (step.nesterov ? step.momentum * speed - step.learning_rate * gradient : speed));
  }
}

// mean_gradient and velocity may be empty.
template <class T>
void rmsprop_update(const RmsPropStep& step, std::vector<T>& w, const std::vector<T>& g, std::vector<T>& mean_square,
                    std::vector<T>& mean_gradient, std::vector<T>& velocity) {
  const double rho = step.rho, epsilon = step.epsilon;
  for (size_t i = 0; i < w.size(); ++i) {
    const double gradient = g[i];
    const double square = rho * mean_square[i] + (1 - rho) * gradient * gradient;
    mean_square[i] = static_cast<T>(square);
    double variance = square;
    if (!mean_gradient.empty()) {
      const double mean = rho * mean_gradient[i] + (1 - rho) * gradient;
      mean_gradient[i] = static_cast<T>(mean);
      variance = std::max(square - mean * mean, 0.0);
    }
    const double root = step.epsilon_in_root ? std::sqrt(variance + epsilon) : std::sqrt(variance) + epsilon;
    double change = step.learning_rate * gradient / root;
    if (!velocity.empty()) {
      change += double{step.momentum} * velocity[i];
      velocity[i] = static_cast<T>(change);
    }
    w[i] = static_cast<T>(w[i] - change);
  }
}

}  // namespace fer::kernels::reference
