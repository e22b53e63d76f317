// fer-eval --list-wrong: which pictures a model classifies wrongly.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fer/classifier.h"
#include "fer/dataset.h"
#include "fer/tensor.h"

namespace fer::cli {

struct WrongList {
  std::string text;   // a CSV file: file (or row, from 0), label, prediction, and the probability of every class
  int64_t count = 0;  // of pictures in it
};
// probabilities [rows, classes]: the answers about these rows.
WrongList wrong_list(const Classifier& classifier, const Tensor& probabilities, const Dataset& data,
                     const std::vector<int64_t>& rows);

}  // namespace fer::cli
