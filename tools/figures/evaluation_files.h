// The figures of an evaluation, with its pictures.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fer/dataset.h"
#include "fer/figures.h"
#include "fer/tensor.h"
#include "tools/data/data_facts.h"

namespace fer::cli {

struct EvaluationFiles {
  std::vector<Figure> figures;
  std::vector<std::pair<std::string, std::string>> pictures;  // name and bytes: mistakes.png
};

// The figures of probabilities [rows, classes]: those of fer/figures.h, and the probabilities of one picture: of `row`,
// one of `rows`, or of the most confident mistake. Throws Error where `row` is not among them.
EvaluationFiles evaluation_files(const Dataset& data, const std::vector<int64_t>& rows, const Tensor& probabilities,
                                 const std::vector<std::string>& class_names, const std::string& title,
                                 std::optional<int64_t> row = std::nullopt);

// Pictures per class and part of a whole data set.
Figure data_figure(const DataFacts& facts);

}  // namespace fer::cli
