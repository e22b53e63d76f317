// What fer-eval evaluates: one model, or several as one.
#pragma once

#include <string>
#include <vector>

#include "fer/classifier.h"
#include "tools/cli/cli.h"

namespace fer::cli {

struct Subject {
  std::vector<std::string> paths;
  ClassifierOptions options;
  Classifier classifier;

  bool single() const { return paths.size() == 1; }
  // "a.safetensors", "the mean of 3 models"
  std::string name() const;
  // "mean probabilities", "weighted mean probabilities", "votes"
  std::string joined_by() const;
  std::string views_text() const;
};

// --vote, --weights, --views, --view-mean, --flip.
void declare_subject(cxxopts::Options& options);
// Throws UsageError on options that do not fit the number of models, and Error as Classifier::load does.
Subject load_subject(const Arguments& arguments, const std::vector<std::string>& paths);

}  // namespace fer::cli
