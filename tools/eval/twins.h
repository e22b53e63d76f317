// --without-twins-of: pictures that are also in another part of the data, for example in the one that was trained on.
#pragma once

#include <string>
#include <vector>

#include "fer/dataset.h"
#include "fer/tensor.h"
#include "tools/cli/cli.h"

namespace fer::cli {

struct Twins {
  std::string part;          // "Training"; empty: not asked for
  int64_t count = 0;         // of rows that were left out
  std::vector<size_t> left;  // indices into the rows: those that are in no other part
  bool asked_for() const { return !part.empty(); }
};

void declare_twins(cxxopts::Options& options);
// The part; empty where none is asked for. Throws UsageError on one that does not exist.
std::string read_other_part(const Arguments& arguments);
// Throws Error where the data have no such part or nothing is left.
Twins find_twins(const std::string& part, const Dataset& data, const std::vector<int64_t>& rows,
                 const std::string& path);

// Those of `rows` and of their probabilities [rows, classes].
std::vector<int64_t> rows_left(const Twins& twins, const std::vector<int64_t>& rows);
Tensor probabilities_left(const Twins& twins, const Tensor& probabilities);

}  // namespace fer::cli
