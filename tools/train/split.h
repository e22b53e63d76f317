// The rows that a run trains on and those that it validates on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fer/dataset.h"
#include "fer/model.h"

namespace fer::cli {

struct SplitOptions {
  bool official = true;         // Training and PublicTest; else a random share of all rows that are not PrivateTest
  bool official_asked = false;  // by the user, not by default: then a file without Usage is refused
  Usage train_usage = Usage::kTraining, validation_usage = Usage::kPublicTest;  // of the official split
  bool private_test_too = false;                                                // a random share is of these rows too
  std::optional<Usage> of = {};  // ... of the rows of this Usage alone, where the file has any
  double validation_share = 0.1;
  double unused_share = 0;  // of the rows that are not for validation, left out
  uint64_t seed = 42;
  // At most so many rows of each part, 0 for all: the first ones of a CSV file, but as many of every class from
  // folders, which come class by class. limit_of_first: the first ones from folders too, as libfer 0.1.0 did.
  int64_t limit = 0;
  bool limit_of_first = false;
};

struct TrainingRows {
  std::vector<int64_t> train, validation;
  bool random = false;                      // a random split made them
  std::string train_name, validation_name;  // "Training", "PublicTest"; "random 90 %", "random 10 %"
  std::vector<std::string> notes;           // what the user should know, one line each
};

// Throws Error naming `path` when a part would be empty.
TrainingRows choose_rows(const Dataset& data, const SplitOptions& options, const std::string& path);

// The training rows of `rows` that the model classifies wrongly; a random split divides them anew by its share, else
// the validation rows stay. Without training rows where they are too few to divide.
TrainingRows misclassified(const TrainingRows& rows, const SplitOptions& options, const Dataset& data,
                           const Model& model);

// The training rows of `rows` that the model in this file classifies wrongly; the validation rows stay. Throws Error
// where it does not tell the classes of the data apart, in their order.
TrainingRows wrong_by_model(const TrainingRows& rows, const Dataset& data, const std::string& path);

// Pictures of every class among `rows`.
std::vector<int64_t> class_counts(const Dataset& data, const std::vector<int64_t>& rows, int64_t classes);

}  // namespace fer::cli
