// The truth that kernels/norm/batch_norm.h is held to; its header has the formulas. x [rows, c].
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

namespace fer::kernels::reference {

template <class T>
struct Moments {
  std::vector<T> mean, variance;  // [c]; the variance is biased
};

template <class T>
Moments<T> batch_norm_statistics(int64_t c, const std::vector<T>& x) {
  const double rows = static_cast<double>(x.size()) / static_cast<double>(c);
  std::vector<double> mean(c), variance(c);
  for (size_t i = 0; i < x.size(); ++i) mean[i % c] += x[i] / rows;
  for (size_t i = 0; i < x.size(); ++i) variance[i % c] += (x[i] - mean[i % c]) * (x[i] - mean[i % c]) / rows;
  return {{mean.begin(), mean.end()}, {variance.begin(), variance.end()}};
}

template <class T>
std::vector<T> inverse_deviation(const std::vector<T>& variance, double epsilon) {
  std::vector<T> inv_std;
  for (const T v : variance) inv_std.push_back(static_cast<T>(1 / std::sqrt(v + epsilon)));
  return inv_std;
}

// With the moments of the batch (training) or the moving ones (inference).
template <class T>
std::vector<T> batch_norm_forward(const std::vector<T>& x, const std::vector<T>& mean, const std::vector<T>& inv_std,
                                  const std::vector<T>& gamma, const std::vector<T>& beta) {
  const size_t c = mean.size();
  std::vector<T> y(x.size());
  for (size_t i = 0; i < x.size(); ++i)
    y[i] = static_cast<T>(double{gamma[i % c]} * (double{x[i]} - mean[i % c]) * inv_std[i % c] + beta[i % c]);
  return y;
}

template <class T>
struct BatchNormGradients {
  std::vector<T> dx, dgamma, dbeta;
};

// Training: the moments depend on x.
template <class T>
BatchNormGradients<T> batch_norm_backward(const std::vector<T>& x, const std::vector<T>& dy, const std::vector<T>& mean,
                                          const std::vector<T>& inv_std, const std::vector<T>& gamma) {
  const size_t c = mean.size();
  const double rows = static_cast<double>(x.size()) / static_cast<double>(c);
  const auto normalised = [&](size_t i) { return (double{x[i]} - mean[i % c]) * inv_std[i % c]; };
  std::vector<double> dgamma(c), dbeta(c);
  for (size_t i = 0; i < x.size(); ++i) {
    dgamma[i % c] += dy[i] * normalised(i);
    dbeta[i % c] += dy[i];
  }
  std::vector<T> dx(x.size());
  for (size_t i = 0; i < x.size(); ++i)
    dx[i] = static_cast<T>(double{gamma[i % c]} * inv_std[i % c] *
                           (dy[i] - dbeta[i % c] / rows - normalised(i) * dgamma[i % c] / rows));
  return {dx, {dgamma.begin(), dgamma.end()}, {dbeta.begin(), dbeta.end()}};
}

// Inference and frozen layers: the moments are constants.
template <class T>
BatchNormGradients<T> batch_norm_backward_frozen(const std::vector<T>& x, const std::vector<T>& dy,
                                                 const std::vector<T>& mean, const std::vector<T>& inv_std,
                                                 const std::vector<T>& gamma) {
  const size_t c = mean.size();
  std::vector<double> dgamma(c), dbeta(c);
  std::vector<T> dx(x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    dgamma[i % c] += dy[i] * (double{x[i]} - mean[i % c]) * inv_std[i % c];
    dbeta[i % c] += dy[i];
    dx[i] = static_cast<T>(double{dy[i]} * gamma[i % c] * inv_std[i % c]);
  }
  return {dx, {dgamma.begin(), dgamma.end()}, {dbeta.begin(), dbeta.end()}};
}

// y = x * scale + shift, then max(., 0) if relu.
template <class T>
std::vector<T> scale_shift(const std::vector<T>& x, const std::vector<T>& scale, const std::vector<T>& shift,
                           bool relu) {
  std::vector<T> y(x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    const double v = double{x[i]} * scale[i % scale.size()] + shift[i % scale.size()];
    y[i] = static_cast<T>(relu && v < 0 ? 0 : v);
  }
  return y;
}

}  // namespace fer::kernels::reference
