// What a run is trained and validated on.
#pragma once

#include <cstdint>
#include <span>

#include "fer/dataset.h"
#include "fer/exchange.h"
#include "train/step/row_table.h"

namespace fer::train {

struct RunInputs {
  const Dataset& data;
  std::span<const int64_t> train, validation;
  std::span<const float> targets;     // [data.size(), classes], or empty: the labels
  const RowTable* teacher = nullptr;  // of the training rows, or null: there is none
  Exchange* exchange = nullptr;       // with the other ranks of the run, or null: it is alone

  // Whether this process writes the run's files.
  bool leads() const { return exchange == nullptr || exchange->rank() == 0; }
};

}  // namespace fer::train
