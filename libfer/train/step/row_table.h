// A distribution over the classes for each of a run's training rows.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fer/tensor.h"

namespace fer::train {

class RowTable {
 public:
  // data_rows: of the whole data set. All 0.
  RowTable(std::span<const int64_t> rows, int64_t data_rows, int64_t classes);

  // Of a row of the data set that is one of `rows`.
  std::span<float> operator[](int64_t row) { return values_.values().subspan(begin_of(row), classes_); }
  std::span<const float> operator[](int64_t row) const { return values_.values().subspan(begin_of(row), classes_); }
  // [rows, classes]: in the order of `rows`.
  Tensor& tensor() { return values_; }
  const Tensor& tensor() const { return values_; }

 private:
  size_t begin_of(int64_t row) const { return static_cast<size_t>(place_[row]) * classes_; }

  size_t classes_;
  std::vector<int64_t> place_;  // of each row of the data set; -1: it is none of `rows`
  Tensor values_;
};

}  // namespace fer::train
