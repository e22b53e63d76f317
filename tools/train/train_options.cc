#include "tools/train/train_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "fer/error.h"
#include "tools/cli/class_emoji.h"
#include "tools/cli/pictures.h"

namespace fer::cli {
namespace {

constexpr int64_t kMany = std::numeric_limits<int32_t>::max();
// Its text may be "balanced", which only the pictures turn into numbers.
constexpr const char* kClassWeights = "class-weights";

std::shared_ptr<cxxopts::Value> text() { return cxxopts::value<std::string>(); }
std::shared_ptr<cxxopts::Value> text(const char* fallback) { return text()->default_value(fallback); }

// "(sgd, rmsprop; default: 0)" and the names that it may be.
std::string help_of(const TrainOption& option) {
  std::string help = option.help;
  if (!option.choices.empty()) help += ": " + option.expected;
  std::string note = fmt::format("{}", fmt::join(option.with, ", "));
  if (!option.argument.empty()) note += fmt::format("{}default: {}", note.empty() ? "" : "; ", option.usual);
  return note.empty() ? help : help + " (" + note + ")";
}

// Shares, or folds.
void read_random_split(const Arguments& a, SplitOptions& split) {
  split.validation_share = a.number("validation-split", 0, 0.99);
  if (a.has("test-split")) split.test_share = a.number("test-split", 0, 0.99);
  if (split.validation_share + split.test_share > 0.99) {
    throw UsageError(
        "--validation-split and --test-split: expected a sum of at most 0.99, which leaves some to train on");
  }
  if (a.has("folds") != a.has("fold")) {
    throw UsageError(a.has("folds") ? "--folds: expected --fold I beside it, from 1 to K"
                                    : "--fold: expected --folds K beside it");
  }
  if (!a.has("folds")) return;
  if (a.has("validation-split")) throw UsageError("--validation-split does not go with --folds, which says the share");
  split.folds = a.integer("folds", 2, 1000);
  split.fold = a.integer("fold", 1, split.folds);
}

// --train and --validation: parts by their names.
void read_parts(const Arguments& a, SplitOptions& split) {
  if (!split.official) {
    if (a.has("validation")) throw UsageError("--validation does not go with a random split, which draws that part");
    split.of = parse_usages("train", a.text("train"));
    return;
  }
  split.official_asked = true;
  if (a.has("train")) split.train_usages = parse_usages("train", a.text("train"));
  if (a.has("validation")) {
    split.validation_usages.clear();
    if (a.text("validation") != "none")
      split.validation_usages = parse_usages("validation", a.text("validation"), ", none");
  }
  for (const Usage usage : split.validation_usages) {
    if (std::find(split.train_usages.begin(), split.train_usages.end(), usage) == split.train_usages.end()) continue;
    throw UsageError(
        fmt::format("--train {0} --validation {1}: expected different parts, found {2} in both (--validation "
                    "names another part, or none)",
                    usages_name(split.train_usages), usages_name(split.validation_usages), usage_name(usage)));
  }
}

SplitOptions read_split(const Arguments& a, const TrainConfig& config, SplitOptions split) {
  const bool official = a.has("split") && a.choice("split", {"official", "random"}) == "official";
  bool random = a.has("split") && !official;
  for (const char* option : {"validation-split", "test-split", "folds"}) {
    if (!a.has(option)) continue;
    if (official) throw UsageError(fmt::format("--{} does not go with --split official", option));
    random = true;
  }
  if (official || random) split = {.official = official, .official_asked = official, .seed = config.seed};
  if (random) read_random_split(a, split);
  if (a.has("train") || a.has("validation")) read_parts(a, split);
  if (a.has("seed")) split.seed = config.seed;
  split.limit = a.has("limit") ? a.integer("limit", 1, kMany) : 0;
  return split;
}

void read_config(const Arguments& a, TrainConfig& config, const std::vector<TrainOption>& list) {
  for (const TrainOption& option : list) {
    if (option.name.empty() || option.name == kClassWeights || !a.has(option.name)) continue;
    const bool flag = option.argument.empty();
    try {
      set_train_option(config, option.name, flag ? (a.flag(option.name) ? "true" : "false") : a.text(option.name));
    } catch (const Error& error) {
      throw UsageError(error.what());
    }
  }
  const bool both_clip = config.clipping.norm > 0 && config.clipping.value > 0;  // one may be 0, to undo a recipe's
  if (both_clip && a.has("clip-norm") && a.has("clip-value")) {
    throw UsageError("--clip-norm does not go with --clip-value");
  }
}

}  // namespace

std::vector<std::string> train_option_groups() {
  std::vector<std::string> groups = {"Run", "Data"};
  for (const TrainOption& option : train_options()) {
    if (std::find(groups.begin(), groups.end(), option.group) == groups.end()) groups.push_back(option.group);
  }
  return groups;
}

std::vector<std::string> everyday_train_options() {
  return {"network",         "init",          "recipe", "out",      "resume", "seed",       "threads",
          "quiet",           "split",         "limit",  "classes",  "epochs", "batch-size", "class-weights",
          "label-smoothing", "average",       "flip",   "shift",    "rotate", "zoom",       "crop",
          "optimizer",       "learning-rate", "freeze", "schedule", "model",  "monitor",    "patience"};
}

void declare_train_options(cxxopts::Options& options) { declare_train_options_with(options, train_options()); }

void declare_train_options_with(cxxopts::Options& options, const std::vector<TrainOption>& list) {
  auto run = options.add_options("Run");
  run("network", "Network to train: a name that fer-info --list shows, or a JSON file", text("seed002_vgg8"),
      "NAME|FILE");
  run("init", "Model whose network and weights to start from, in place of --network", text(), "MODEL");
  run("as-seed", "Train as the network's file says; options given beside it win");
  run("recipe", "Train by a recipe: a name (? lists them) or a JSON file; options given beside it win", text(),
      "NAME|FILE");
  run("stage", "With --as-seed or --recipe: train only stage N, from --init (default: all stages, one after the other)",
      text(), "N");
  auto data = options.add_options("Data");
  data("split", "How DATA is divided: official (Training and PublicTest) or random, with every class in each part",
       text("official"), "NAME");
  data("validation-split", "Share of all pictures but PrivateTest that --split random validates on", text("0.1"),
       "SHARE");
  data("test-split", "Share of the same pictures that is held out beside, and evaluated at the end", text(), "SHARE");
  data("folds", "Cut the same pictures into K folds, of which --fold is validated on", text(), "K");
  data("fold", "The fold to validate on, from 1 to K", text(), "I");
  data("train",
       "Parts to train on: Training, PublicTest, PrivateTest, several with + between (default: Training); with a "
       "random split the parts that it divides",
       text(), "PARTS");
  data("validation", "Parts to validate on, or none (default: PublicTest)", text(), "PARTS");
  data("limit", "Use at most N pictures of each part, evenly from all classes", text(), "N");
  data("wrong-only", "Train only on the pictures that this model classifies wrongly", text(), "MODEL");
  declare_data_options(data, true);
  declare_cache_option(data);
  data("class-emoji", kClassEmojiHelp, text(), "LIST");

  for (const TrainOption& option : list) {
    if (option.name.empty()) continue;
    auto add = options.add_options(option.group);
    if (option.argument.empty()) {
      add(option.name, help_of(option));
    } else {
      add(option.name, help_of(option), text(), option.argument);
    }
  }

  run("threads", "Number of threads, 0 for one per core; results do not depend on it", text("0"), "N");
  run("exchange-timeout", "Under mpirun: seconds that one rank waits for another before all end", text("300"),
      "SECONDS");
  run("quiet", "Print nothing but errors");
  run("json", "Print one JSON object per epoch, and nothing else");
  run("profile", "Train a few steps (10, or --steps N), print where their time goes, and write nothing");
}

bool is_models_own(const std::string& name) { return name == "resize" || name == "equalize" || name == "standardize"; }

TrainOptions read_train_options(const Arguments& a, TrainOptions options, const std::vector<TrainOption>& list) {
  if (a.operands().empty()) throw UsageError("expected one DATA or several, found none");
  if (a.has("init") && a.has("network") && options.settings.empty()) {
    throw UsageError("--network does not go with --init, which brings its own");
  }
  options.sources = a.operands();
  options.data = name_of_sources(options.sources);
  options.network = a.text("network");
  if (a.has("init")) options.init = a.text("init");
  if (a.has(kClassWeights)) options.class_weights = a.text(kClassWeights);
  if (a.has("wrong-only")) options.wrong_by = a.text("wrong-only");
  for (const TrainOption& option : list) {
    if (a.has("init") && is_models_own(option.name) && a.has(option.name)) {
      throw UsageError(fmt::format("--{} does not go with --init, which brings its own", option.name));
    }
  }
  options.data_options = read_data_options(a);
  if (a.has("class-emoji")) options.class_emoji = a.text("class-emoji");
  read_config(a, options.config, list);
  options.split = read_split(a, options.config, options.split);
  options.quiet = a.flag("quiet");
  options.json = a.flag("json");
  return options;
}

std::vector<double> read_class_weights(const std::string& text, const std::vector<int64_t>& counts) {
  std::vector<double> weights;
  if (text.empty() || text == "none") return weights;
  if (text == "balanced") {
    const auto all = static_cast<double>(std::accumulate(counts.begin(), counts.end(), int64_t{0}));
    for (const int64_t n : counts) {
      weights.push_back(n == 0 ? 0 : all / (static_cast<double>(counts.size()) * static_cast<double>(n)));
    }
    return weights;
  }
  TrainConfig config;
  try {
    set_train_option(config, kClassWeights, text);
  } catch (const Error& error) {
    throw UsageError(error.what());
  }
  weights = config.class_weights;
  if (weights.size() != counts.size()) {
    throw UsageError(
        fmt::format("--class-weights: expected {} numbers, one per class, found {}", counts.size(), weights.size()));
  }
  if (std::all_of(weights.begin(), weights.end(), [](double weight) { return weight == 0; })) {
    throw UsageError("--class-weights: expected at least one number above 0, found only zeros");
  }
  return weights;
}

}  // namespace fer::cli
