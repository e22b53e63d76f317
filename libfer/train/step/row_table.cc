#include "train/step/row_table.h"

namespace fer::train {

RowTable::RowTable(std::span<const int64_t> rows, int64_t data_rows, int64_t classes)
    : classes_(static_cast<size_t>(classes)),
      place_(static_cast<size_t>(data_rows), -1),
      values_({static_cast<int64_t>(rows.size()), classes}) {
  for (size_t i = 0; i < rows.size(); ++i) {
    int64_t& place = place_[rows[i]];
    if (place < 0) place = static_cast<int64_t>(i);  // a row that is there twice has one distribution
  }
}

}  // namespace fer::train
