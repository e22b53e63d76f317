// Rows of a few classes: plain loops in double, there is nothing to gain from vectors.
#include "kernels/loss/softmax.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/parallel.h"

namespace fer::kernels {
namespace {

constexpr int64_t kRowsAtOnce = 16;

// exp(x - max) of a row and their sum: the largest exponent is 0.
double exponentials(std::span<const float> x, float largest, std::span<float> out) {
  double sum = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double e = std::exp(static_cast<double>(x[i]) - largest);
    out[i] = static_cast<float>(e);
    sum += e;
  }
  return sum;
}

size_t index_of_largest(std::span<const float> values) {
  return static_cast<size_t>(std::max_element(values.begin(), values.end()) - values.begin());
}

// (Of 0 it is the limit.)
double clamped_log(float q, double lowest) { return std::max(std::log(static_cast<double>(q)), lowest); }

// What all losses do: loss_of(x, target, predicted, put) gives the loss of a row of logits x, whose largest is
// x[predicted], and puts its gradient by x[k] with put(k, dx) once it has read x[k] for the last time: dlogits may be
// logits. Both are for a weight of 1.
template <class LossOf>
LossSum sum_over_rows(int64_t classes, std::span<const float> logits, std::span<const float> targets,
                      std::span<const float> weight, float gradient_scale, std::span<float> dlogits,
                      const LossOf& loss_of) {
  LossSum result;
  const auto count = static_cast<size_t>(classes);
  for (size_t row = 0; row * count < logits.size(); ++row) {
    const auto x = logits.subspan(row * count, count), target = targets.subspan(row * count, count);
    const size_t predicted = index_of_largest(x);
    const double row_weight = weight.empty() ? 1.0 : weight[row];
    const auto put = [&](size_t k, double dx) {
      dlogits[row * count + k] = static_cast<float>(row_weight * dx * gradient_scale);
    };
    result.loss_sum += row_weight * loss_of(x, target, predicted, put);
    result.correct += predicted == index_of_largest(target);
  }
  return result;
}

}  // namespace

void softmax_forward(int64_t row, std::span<const float> x, std::span<float> y) {
  const int64_t rows = static_cast<int64_t>(x.size()) / row;
  parallel_ranges(rows, kRowsAtOnce, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const auto in = x.subspan(static_cast<size_t>(r * row), static_cast<size_t>(row));
      const auto out = y.subspan(static_cast<size_t>(r * row), static_cast<size_t>(row));
      const double sum = exponentials(in, *std::max_element(in.begin(), in.end()), out);
      for (float& v : out) v = static_cast<float>(v / sum);
    }
  });
}

void softmax_backward(int64_t row, std::span<const float> y, std::span<const float> dy, std::span<float> dx) {
  const int64_t rows = static_cast<int64_t>(y.size()) / row;
  parallel_ranges(rows, kRowsAtOnce, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      double dot = 0;
      for (int64_t i = r * row; i < (r + 1) * row; ++i) dot += static_cast<double>(y[i]) * dy[i];
      for (int64_t i = r * row; i < (r + 1) * row; ++i) dx[i] = static_cast<float>(y[i] * (dy[i] - dot));
    }
  });
}

LossSum softmax_cross_entropy(int64_t classes, std::span<const float> logits, std::span<const float> targets,
                              std::span<const float> weight, float gradient_scale, std::span<float> dlogits) {
  const auto loss_of = [&](std::span<const float> x, std::span<const float> target, size_t predicted, const auto& put) {
    const double largest = x[predicted];
    double sum = 0, target_sum = 0, loss = 0;
    for (const float v : x) sum += std::exp(v - largest);
    const double log_sum = std::log(sum);
    for (size_t k = 0; k < x.size(); ++k) {
      target_sum += target[k];
      // A class that is not aimed at adds nothing, even at probability 0.
      if (target[k] != 0) loss -= target[k] * (x[k] - largest - log_sum);
    }
    for (size_t k = 0; k < x.size() && !dlogits.empty(); ++k) {
      const double p = std::exp(x[k] - largest) / sum;
      put(k, p * target_sum - target[k]);
    }
    return loss;
  };
  return sum_over_rows(classes, logits, targets, weight, gradient_scale, dlogits, loss_of);
}

LossSum squared_hinge(int64_t classes, bool softmax, std::span<const float> logits, std::span<const float> targets,
                      std::span<const float> weight, float gradient_scale, std::span<float> dlogits) {
  const auto count = static_cast<size_t>(classes);
  std::vector<double> y(count), dy(count);
  const auto loss_of = [&](std::span<const float> x, std::span<const float> target, size_t predicted, const auto& put) {
    double sum = 0, loss = 0, dot = 0;
    for (size_t k = 0; k < count; ++k) {
      y[k] = softmax ? std::exp(static_cast<double>(x[k]) - x[predicted]) : x[k];
      sum += y[k];
    }
    for (size_t k = 0; k < count; ++k) {
      if (softmax) y[k] /= sum;
      const double sign = 2.0 * target[k] - 1, distance = 1 - sign * y[k];
      // Not max(0, distance), which would hide a NaN.
      const double short_of = distance < 0 ? 0 : distance;
      loss += short_of * short_of / static_cast<double>(classes);
      dy[k] = -2 * sign * short_of / static_cast<double>(classes);
      dot += dy[k] * y[k];
    }
    for (size_t k = 0; k < count && !dlogits.empty(); ++k) put(k, softmax ? y[k] * (dy[k] - dot) : dy[k]);
    return loss;
  };
  return sum_over_rows(classes, logits, targets, weight, gradient_scale, dlogits, loss_of);
}

LossSum symmetric_cross_entropy(int64_t classes, const SymmetricFactors& factors, std::span<const float> logits,
                                std::span<const float> targets, std::span<const float> weight, float gradient_scale,
                                std::span<float> dlogits) {
  const auto count = static_cast<size_t>(classes);
  std::vector<double> p(count), log_q(count);
  const auto loss_of = [&](std::span<const float> x, std::span<const float> target, size_t predicted, const auto& put) {
    const double largest = x[predicted];
    double sum = 0, target_sum = 0, forward = 0, reverse = 0;
    for (size_t k = 0; k < count; ++k) sum += p[k] = std::exp(x[k] - largest);
    const double log_sum = std::log(sum);
    for (size_t k = 0; k < count; ++k) {
      p[k] /= sum;
      log_q[k] = clamped_log(target[k], factors.log_zero);
      target_sum += target[k];
      if (target[k] != 0) forward -= target[k] * (x[k] - largest - log_sum);
      reverse -= p[k] * log_q[k];
    }
    // By a softmax's x_j, sum_k p_k c_k has the gradient p_j * (c_j - sum_k p_k c_k).
    for (size_t k = 0; k < count && !dlogits.empty(); ++k) {
      put(k, factors.alpha * (p[k] * target_sum - target[k]) - factors.beta * p[k] * (log_q[k] + reverse));
    }
    return factors.alpha * forward + factors.beta * reverse;
  };
  return sum_over_rows(classes, logits, targets, weight, gradient_scale, dlogits, loss_of);
}

double reverse_cross_entropy(std::span<const float> p, std::span<const float> q, double log_zero) {
  double sum = 0;
  for (size_t k = 0; k < p.size(); ++k) sum -= p[k] * clamped_log(q[k], log_zero);
  return sum;
}

}  // namespace fer::kernels
