// The truth behind the losses of kernels/loss/softmax.h, softmax with cross-entropy, and of regularisation.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/reference/elementwise.h"

namespace fer::kernels::reference {

template <class T>
struct Loss {
  double sum = 0;
  int64_t correct = 0;     // rows whose largest logit is their largest target
  std::vector<T> dlogits;  // of sum * gradient_scale
};

// weight may be empty: ones.
template <class T>
Loss<T> softmax_cross_entropy(int64_t classes, const std::vector<T>& logits, const std::vector<T>& targets,
                              const std::vector<T>& weight, double gradient_scale) {
  const std::vector<double> p = softmax(classes, std::vector<double>(logits.begin(), logits.end()));
  Loss<T> loss{.dlogits = std::vector<T>(logits.size())};
  for (size_t row = 0; row < logits.size() / classes; ++row) {
    const size_t begin = row * classes;
    const double row_weight = weight.empty() ? 1 : weight[row];
    double target_sum = 0;
    for (int64_t k = 0; k < classes; ++k) {
      target_sum += targets[begin + k];
      if (targets[begin + k] != 0) loss.sum -= row_weight * targets[begin + k] * std::log(p[begin + k]);
    }
    for (int64_t k = 0; k < classes; ++k)
      loss.dlogits[begin + k] =
          static_cast<T>(row_weight * (p[begin + k] * target_sum - targets[begin + k]) * gradient_scale);
    const auto largest = [&](const std::vector<T>& values) {
      return std::max_element(values.begin() + begin, values.begin() + begin + classes) - values.begin();
    };
    loss.correct += largest(logits) == largest(targets);
  }
  return loss;
}

// y = softmax(logits), or the logits; mean over classes of max(0, 1 - (2 * target - 1) * y)^2.
template <class T>
Loss<T> squared_hinge(int64_t classes, bool softmax_first, const std::vector<T>& logits, const std::vector<T>& targets,
                      const std::vector<T>& weight, double gradient_scale) {
  const std::vector<double> x(logits.begin(), logits.end()), y = softmax_first ? softmax(classes, x) : x;
  Loss<T> loss{.dlogits = std::vector<T>(logits.size())};
  for (size_t row = 0; row < logits.size() / classes; ++row) {
    const size_t begin = row * classes;
    const double scale = (weight.empty() ? 1.0 : static_cast<double>(weight[row])) / static_cast<double>(classes);
    std::vector<double> dy;
    for (int64_t k = 0; k < classes; ++k) {
      const double sign = 2.0 * targets[begin + k] - 1, hinge = std::max(0.0, 1 - sign * y[begin + k]);
      loss.sum += scale * hinge * hinge;
      dy.push_back(-2 * scale * sign * hinge);
    }
    for (int64_t j = 0; j < classes; ++j) {
      double dx = softmax_first ? 0 : dy[j];
      // dy_k / dx_j of a softmax is y_k * ((j == k) - y_j).
      for (int64_t k = 0; softmax_first && k < classes; ++k) dx += dy[k] * y[begin + k] * ((j == k) - y[begin + j]);
      loss.dlogits[begin + j] = static_cast<T>(dx * gradient_scale);
    }
    const auto largest = [&](const std::vector<T>& values) {
      return std::max_element(values.begin() + begin, values.begin() + begin + classes) - values.begin();
    };
    loss.correct += largest(logits) == largest(targets);
  }
  return loss;
}

// alpha * -sum_k q_k log p_k + beta * -sum_k p_k max(log q_k, log_zero), p = softmax(logits), q the targets.
template <class T>
Loss<T> symmetric_cross_entropy(int64_t classes, double alpha, double beta, double log_zero,
                                const std::vector<T>& logits, const std::vector<T>& targets,
                                const std::vector<T>& weight, double gradient_scale) {
  const std::vector<double> p = softmax(classes, std::vector<double>(logits.begin(), logits.end()));
  Loss<T> loss = softmax_cross_entropy(classes, logits, targets, weight, alpha * gradient_scale);
  loss.sum *= alpha;
  for (size_t begin = 0; begin < logits.size(); begin += classes) {
    const double scale = beta * (weight.empty() ? 1.0 : static_cast<double>(weight[begin / classes]));
    for (int64_t k = 0; k < classes; ++k) {
      const double q = targets[begin + k], log_q = q > 0 && std::log(q) > log_zero ? std::log(q) : log_zero;
      loss.sum -= scale * p[begin + k] * log_q;
      // dp_k / dx_j is p_k * ((j == k) - p_j).
      for (int64_t j = 0; j < classes; ++j) {
        const double dp = p[begin + k] * ((j == k) - p[begin + j]);
        loss.dlogits[begin + j] -= static_cast<T>(scale * dp * log_q * gradient_scale);
      }
    }
  }
  return loss;
}

// l1 * sum |w| + l2 * sum w^2
template <class T>
double penalty(double l1, double l2, const std::vector<T>& w) {
  double sum = 0;
  for (const double v : w) sum += l1 * std::fabs(v) + l2 * v * v;
  return sum;
}

template <class T>
std::vector<T> penalty_gradient(double l1, double l2, const std::vector<T>& w) {
  std::vector<T> gradient;
  for (const double v : w) gradient.push_back(static_cast<T>(l1 * ((v > 0) - (v < 0)) + 2 * l2 * v));
  return gradient;
}

}  // namespace fer::kernels::reference
