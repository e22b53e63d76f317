// The truth that dense layers are held to: Eigen's products, in double.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "kernels/shapes.h"

namespace fer::kernels::reference {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class T>
Matrix as_matrix(int64_t rows, int64_t columns, const std::vector<T>& values) {
  using Source = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Eigen::Map<const Source>(values.data(), rows, columns).template cast<double>();
}

template <class T>
std::vector<T> as_vector(const Matrix& m) {
  return {m.data(), m.data() + m.size()};
}

// y [n, units] = x [n, inputs] * w [inputs, units] + bias (may be empty).
template <class T>
std::vector<T> dense_forward(const DenseShape& s, const std::vector<T>& x, const std::vector<T>& w,
                             const std::vector<T>& bias) {
  Matrix y = as_matrix(s.n, s.inputs, x) * as_matrix(s.inputs, s.units, w);
  if (!bias.empty()) y.rowwise() += as_matrix(1, s.units, bias).row(0);
  return as_vector<T>(y);
}

template <class T>
std::vector<T> dense_backward_data(const DenseShape& s, const std::vector<T>& dy, const std::vector<T>& w) {
  return as_vector<T>(as_matrix(s.n, s.units, dy) * as_matrix(s.inputs, s.units, w).transpose());
}

template <class T>
std::vector<T> dense_backward_weights(const DenseShape& s, const std::vector<T>& x, const std::vector<T>& dy) {
  return as_vector<T>(as_matrix(s.n, s.inputs, x).transpose() * as_matrix(s.n, s.units, dy));
}

}  // namespace fer::kernels::reference
