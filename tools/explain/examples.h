// Pictures of a class that a model is surest of, and those that it misses most.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fer/dataset.h"
#include "fer/image.h"
#include "fer/tensor.h"

namespace fer::cli {

struct Example {
  int64_t row = 0;
  double probability = 0;  // of the class
  int predicted = 0;
  double of_predicted = 0;
};

struct Examples {
  std::string class_name;
  int64_t count = 0;                 // pictures of the class
  std::vector<Example> best, worst;  // the best first; the worst first
};

// Of the rows with this label: probabilities [rows, classes]. Throws Error where there are none.
Examples examples_of(const Dataset& data, const std::vector<int64_t>& rows, const Tensor& probabilities, int label,
                     int64_t most, const std::vector<std::string>& class_names);

Image examples_sheet(const Dataset& data, const Examples& examples, const std::vector<std::string>& class_names,
                     const std::string& title);
// CSV with kind,file,row,label,predicted,probability,probability_of_predicted.
std::string examples_csv(const Dataset& data, const Examples& examples, const std::vector<std::string>& class_names);
std::string examples_text(const Dataset& data, const Examples& examples, const std::vector<std::string>& class_names);

}  // namespace fer::cli
