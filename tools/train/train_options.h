// fer-train's options, declared and read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fer/train_options.h"
#include "fer/trainer.h"
#include "tools/cli/cli.h"
#include "tools/data/data_source.h"
#include "tools/train/split.h"

namespace fer::cli {

struct TrainOptions {
  std::vector<std::string> sources;      // DATA, one or several
  std::string data;                      // what they are called: "a.csv + faces"
  std::string network = "seed002_vgg8";  // a name or a JSON file
  std::string init;                      // a model whose network and weights to start from; empty: none
  std::string class_weights;             // "", "balanced", or numbers with commas between
  std::string class_emoji;               // the text of --class-emoji; empty: not given
  DataOptions data_options;
  SplitOptions split;
  // Where the settings come from that hold where no option says more: "as seed", the network's file; "recipe small";
  // empty: from nowhere.
  std::string settings;
  std::string recipe;                     // the recipe's text, to be kept with the run; empty: there is none
  std::optional<Network> recipe_network;  // in place of `network`
  int64_t stage = 0;                      // its number where there are several; else 0
  bool wrong_only = false;                // train only on pictures that `init` classifies wrongly
  std::string wrong_by;                   // ... or that this model does; empty: none
  std::vector<std::string> remarks;       // which of those settings are not known or not applied
  TrainConfig config;
  bool quiet = false, json = false;
};

// The groups of --help, in its order: Run, Data and those of the list.
std::vector<std::string> train_option_groups();
// The options that most runs need, which --help shows; --help-all has all.
std::vector<std::string> everyday_train_options();
// The options of the program, and those of fer/train_options.h or of `list`.
void declare_train_options(cxxopts::Options& options);
void declare_train_options_with(cxxopts::Options& options, const std::vector<TrainOption>& list);

// Whether an option is about what a model brings itself: how pixels become its input.
bool is_models_own(const std::string& name);

// `options` hold where the command line says no more. Throws UsageError on what is out of range and on options that do
// not go together.
TrainOptions read_train_options(const Arguments& a, TrainOptions options = {},
                                const std::vector<TrainOption>& list = train_options());

// One weight per class out of the text of --class-weights. balanced: pictures / (classes * pictures of the class), 0
// for a class without pictures.
std::vector<double> read_class_weights(const std::string& text, const std::vector<int64_t>& counts);

}  // namespace fer::cli
