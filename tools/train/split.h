// The rows that a run trains on and those that it validates on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fer/dataset.h"
#include "fer/model.h"

namespace fer::cli {

// Which rows --limit takes.
enum class LimitRule : uint8_t {
  kEvenly,           // as many of every class, its first ones: runs of several sources begun before
  kEvenlyInFolders,  // the first ones of a CSV file, but as many of every class from folders: runs begun before
  kFirst,            // the first ones, from folders too: the first runs of all
  kEvenlyInSources   // as many of every class, and for each class as many of every source
};

struct SplitOptions {
  bool official = true;         // Training and PublicTest; else a random share of all rows that are not PrivateTest
  bool official_asked = false;  // by the user, not by default: then a file without Usage is refused
  // Of the official split; no parts for validation: there is none.
  std::vector<Usage> train_usages = {Usage::kTraining}, validation_usages = {Usage::kPublicTest};
  bool private_test_too = false;  // a random share is of these rows too
  std::vector<Usage> of = {};     // ... of the rows of these alone, where the file has any
  double validation_share = 0.1;
  double test_share = 0;  // of the same rows, for neither
  // Above 0: so many parts of the same rows, of which part `fold` (1 to folds) is validated on, and the others train.
  int64_t folds = 0, fold = 0;
  bool stratified = true;   // every class has its share of each part (fer/split.h); not so in runs begun before
  double unused_share = 0;  // of the rows that are not for validation, left out
  uint64_t seed = 42;
  int64_t limit = 0;  // at most so many rows of each part; 0: all
  LimitRule limit_rule = LimitRule::kEvenlyInSources;
};

struct TrainingRows {
  std::vector<int64_t> train = {}, validation = {}, test = {};  // test: held out, and not looked at before the end
  bool random = false;                                          // a random split made them
  std::string train_name = {}, validation_name = {},
              test_name = {};           // "Training", "PublicTest"; "random 90 %", "random 10 %"
  std::vector<std::string> notes = {};  // what the user should know, one line each
};

// Where several sources are one (fer/sources.h), those without parts are for training beside the official split, which
// is noted. Throws Error naming `path` when a part would be empty.
TrainingRows choose_rows(const Dataset& data, const SplitOptions& options, const std::string& path);

// The training rows of `rows` that the model classifies wrongly; a random split divides them anew by its share, else
// the validation rows stay. Without training rows where they are too few to divide.
TrainingRows misclassified(const TrainingRows& rows, const SplitOptions& options, const Dataset& data,
                           const Model& model);

// The training rows of `rows` that the model in this file classifies wrongly; the validation rows stay. Throws Error
// where it does not tell the classes of the data apart, in their order.
TrainingRows wrong_by_model(const TrainingRows& rows, const Dataset& data, const std::string& path);

// The classes of the data that none of the rows is of.
std::vector<std::string> missing_classes(const Dataset& data, const std::vector<int64_t>& rows);

// Pictures of every class among `rows`.
std::vector<int64_t> class_counts(const Dataset& data, const std::vector<int64_t>& rows, int64_t classes);

}  // namespace fer::cli
