// The truth that kernels/values/combine.h is held to: products by gates, concatenation.
#pragma once

#include <cstdint>
#include <vector>

namespace fer::kernels::reference {

// x [n, pixels, c], gate [n, c]
template <class T>
std::vector<T> gate_channels(int64_t pixels, int64_t c, const std::vector<T>& x, const std::vector<T>& gate) {
  std::vector<T> y(x.size());
  for (size_t i = 0; i < x.size(); ++i) y[i] = x[i] * gate[i / (pixels * c) * c + i % c];
  return y;
}

// The gradient by the gate; that by x is gate_channels of dy.
template <class T>
std::vector<T> gate_gradient(int64_t pixels, int64_t c, const std::vector<T>& dy, const std::vector<T>& x) {
  std::vector<double> sums(x.size() / pixels);
  for (size_t i = 0; i < x.size(); ++i) sums[i / (pixels * c) * c + i % c] += double{dy[i]} * x[i];
  return {sums.begin(), sums.end()};
}

// Parts [pixels, c_k] side by side.
template <class T>
std::vector<T> concat(const std::vector<std::vector<T>>& parts, const std::vector<int64_t>& channels) {
  std::vector<T> y;
  const size_t pixels = parts[0].size() / channels[0];
  for (size_t p = 0; p < pixels; ++p)
    for (size_t k = 0; k < parts.size(); ++k)
      for (int64_t c = 0; c < channels[k]; ++c) y.push_back(parts[k][p * channels[k] + c]);
  return y;
}

// The parts again, of a gradient.
template <class T>
std::vector<std::vector<T>> split(const std::vector<T>& y, const std::vector<int64_t>& channels) {
  std::vector<std::vector<T>> parts(channels.size());
  for (size_t i = 0; i < y.size();)
    for (size_t k = 0; k < parts.size(); ++k)
      for (int64_t c = 0; c < channels[k]; ++c) parts[k].push_back(y[i++]);
  return parts;
}

}  // namespace fer::kernels::reference
