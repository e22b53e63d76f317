// All figures of one evaluation, and how they are shown.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "fer/metrics.h"
#include "tools/cli/pictures.h"
#include "tools/eval/subject.h"
#include "tools/eval/twins.h"

namespace fer::cli {

struct Results {
  Evaluation all;
  std::vector<Evaluation> members;  // of each model alone, where there are several
  Twins twins;
  Evaluation without_twins;  // where they were asked for
  Tensor probabilities;      // [rows, classes], of all models as one
};

// Asks the models about the rows. Throws Error, also when the program was asked to stop (stop.h).
Results results_of(const Subject& subject, const Dataset& data, const std::vector<int64_t>& rows, const Twins& twins,
                   int64_t batch_size);

// For a terminal; ends in a newline.
std::string results_text(const Subject& subject, const Results& results);
// Adds the figures, and what they are of.
void add_results(const Subject& subject, const Results& results, nlohmann::ordered_json& json);
// Rows of a report's table.
std::vector<std::pair<std::string, std::string>> results_settings(const Results& results);

}  // namespace fer::cli
