// The truth that kernels/values/elementwise.h is held to: activations, dropout, sums.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "fer/activation.h"

namespace fer::kernels::reference {

inline constexpr double kSeluScale = 1.0507009873554804934193349852946;
inline constexpr double kSeluAlpha = 1.6732632423543772848170429916717;
inline constexpr double kGeluFactor = 0.79788456080286535587989211986876;  // sqrt(2 / pi)
inline constexpr double kGeluCubic = 0.044715;

// One value; softmax is not a function of one. NaN stays NaN.
inline double activate(Activation f, double alpha, double x) {
  switch (f) {
    case Activation::kRelu:
      return x < 0 ? 0 : x;
    case Activation::kLeakyRelu:
      return x > 0 ? x : (alpha == 0 ? 0.3 : alpha) * x;
    case Activation::kElu:
      return x > 0 ? x : (alpha == 0 ? 1.0 : alpha) * std::expm1(x);
    case Activation::kSelu:
      return kSeluScale * (x > 0 ? x : kSeluAlpha * std::expm1(x));
    case Activation::kSilu:
      return x / (1 + std::exp(-x));
    case Activation::kGelu:
      return x * std::erfc(-x / std::sqrt(2.0)) / 2;
    case Activation::kGeluTanh:
      return x * (1 + std::tanh(kGeluFactor * (x + kGeluCubic * x * x * x))) / 2;
    case Activation::kMish:
      return x * std::tanh(std::log1p(std::exp(x)));
    case Activation::kTanh:
      return std::tanh(x);
    case Activation::kSigmoid:
      return 1 / (1 + std::exp(-x));
    case Activation::kRelu6:
      return x < 0 ? 0 : x > 6 ? 6 : x;
    case Activation::kHardSigmoid: {
      const double y = (alpha == 0 ? 1.0 / 6 : alpha) * x + 0.5;
      return y < 0 ? 0 : y > 1 ? 1 : y;
    }
    case Activation::kHardSwish:
      return x < -3 ? 0 : x > 3 ? x : x * (x + 3) / 6;
    default:
      return x;
  }
}

// Its slope at x.
inline double activation_slope(Activation f, double alpha, double x) {
  const double s = 1 / (1 + std::exp(-x));
  switch (f) {
    case Activation::kRelu:
      return x > 0 ? 1 : 0;
    case Activation::kLeakyRelu:
      return x > 0 ? 1 : (alpha == 0 ? 0.3 : alpha);
    case Activation::kElu:
      return x > 0 ? 1 : (alpha == 0 ? 1.0 : alpha) * std::exp(x);
    case Activation::kSelu:
      return kSeluScale * (x > 0 ? 1 : kSeluAlpha * std::exp(x));
    case Activation::kSilu:
      return s + x * s * (1 - s);
    case Activation::kGelu:
      return std::erfc(-x / std::sqrt(2.0)) / 2 + x * std::exp(-x * x / 2) * kGeluFactor / 2;
    case Activation::kGeluTanh: {
      const double tanh = std::tanh(kGeluFactor * (x + kGeluCubic * x * x * x));
      return (1 + tanh + x * (1 - tanh * tanh) * kGeluFactor * (1 + 3 * kGeluCubic * x * x)) / 2;
    }
    case Activation::kMish: {
      const double tanh = std::tanh(std::log1p(std::exp(x)));
      return tanh + x * (1 - tanh * tanh) * s;
    }
    case Activation::kTanh:
      return 1 - std::tanh(x) * std::tanh(x);
    case Activation::kSigmoid:
      return s * (1 - s);
    case Activation::kRelu6:
      return x > 0 && x < 6 ? 1 : 0;
    case Activation::kHardSigmoid: {
      const double slope = alpha == 0 ? 1.0 / 6 : alpha;
      return std::fabs(slope * x) < 0.5 ? slope : 0;
    }
    case Activation::kHardSwish:
      return x <= -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6;
    default:
      return 1;
  }
}

template <class T>
std::vector<T> softmax(int64_t row, const std::vector<T>& x) {
  std::vector<T> y(x.size());
  for (size_t begin = 0; begin < x.size(); begin += row) {
    double largest = x[begin], sum = 0;
    for (int64_t i = 0; i < row; ++i) largest = std::fmax(largest, x[begin + i]);
    for (int64_t i = 0; i < row; ++i) sum += std::exp(x[begin + i] - largest);
    for (int64_t i = 0; i < row; ++i) y[begin + i] = static_cast<T>(std::exp(x[begin + i] - largest) / sum);
  }
  return y;
}

template <class T>
std::vector<T> activation_forward(Activation f, double alpha, int64_t row, const std::vector<T>& x) {
  if (f == Activation::kSoftmax) return softmax(row, x);
  std::vector<T> y;
  for (const T v : x) y.push_back(static_cast<T>(activate(f, alpha, v)));
  return y;
}

template <class T>
std::vector<T> activation_backward(Activation f, double alpha, int64_t row, const std::vector<T>& x,
                                   const std::vector<T>& dy) {
  std::vector<T> dx(x.size());
  if (f != Activation::kSoftmax) {
    for (size_t i = 0; i < x.size(); ++i) dx[i] = static_cast<T>(dy[i] * activation_slope(f, alpha, x[i]));
    return dx;
  }
  const std::vector<T> y = softmax(row, x);
  for (size_t begin = 0; begin < x.size(); begin += row)
    for (int64_t i = 0; i < row; ++i) {
      double sum = 0;  // of dy[j] * dy_j/dx_i
      for (int64_t j = 0; j < row; ++j) sum += double{dy[begin + j]} * y[begin + j] * ((i == j) - y[begin + i]);
      dx[begin + i] = static_cast<T>(sum);
    }
  return dx;
}

// alpha repeats along x.
template <class T>
std::vector<T> prelu_forward(const std::vector<T>& x, const std::vector<T>& alpha) {
  std::vector<T> y(x.size());
  for (size_t i = 0; i < x.size(); ++i) y[i] = x[i] > 0 ? x[i] : alpha[i % alpha.size()] * x[i];
  return y;
}

template <class T>
struct PReluGradients {
  std::vector<T> dx, dalpha;
};
template <class T>
PReluGradients<T> prelu_backward(const std::vector<T>& x, const std::vector<T>& alpha, const std::vector<T>& dy) {
  PReluGradients<T> g{std::vector<T>(x.size()), std::vector<T>(alpha.size())};
  for (size_t i = 0; i < x.size(); ++i) {
    g.dx[i] = x[i] > 0 ? dy[i] : alpha[i % alpha.size()] * dy[i];
    if (!(x[i] > 0)) g.dalpha[i % alpha.size()] += dy[i] * x[i];
  }
  return g;
}

// Keeps the values whose mask is true, scaled up by what the others leave out; backward is the same function of dy.
template <class T>
std::vector<T> dropout(const std::vector<bool>& kept, double rate, const std::vector<T>& x) {
  std::vector<T> y(x.size());
  for (size_t i = 0; i < x.size(); ++i) y[i] = kept[i] ? static_cast<T>(x[i] / (1 - rate)) : T{0};
  return y;
}

template <class T>
std::vector<T> add(const std::vector<T>& a, const std::vector<T>& b) {
  std::vector<T> y(a.size());
  for (size_t i = 0; i < a.size(); ++i) y[i] = a[i] + b[i];
  return y;
}

}  // namespace fer::kernels::reference
