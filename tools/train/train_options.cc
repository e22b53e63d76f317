#include "tools/train/train_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "fer/error.h"

namespace fer::cli {
namespace {

constexpr int64_t kMany = std::numeric_limits<int32_t>::max();
constexpr double kLarge = 1e30;

std::shared_ptr<cxxopts::Value> text() { return cxxopts::value<std::string>(); }
std::shared_ptr<cxxopts::Value> text(const char* fallback) { return text()->default_value(fallback); }

// An option that means nothing beside the chosen `with` would silently do nothing: refuse it.
void refuse(const Arguments& a, const std::vector<std::string>& options, const std::string& with) {
  for (const std::string& option : options) {
    if (a.has(option)) throw UsageError(fmt::format("--{} does not go with {}", option, with));
  }
}

// The given number, or what holds without it.
template <class T>
T given_number(const Arguments& a, const std::string& option, double lowest, double highest, T otherwise) {
  return a.has(option) ? static_cast<T>(a.number(option, lowest, highest)) : otherwise;
}

int64_t given_integer(const Arguments& a, const std::string& option, int64_t lowest, int64_t highest,
                      int64_t otherwise) {
  return a.has(option) ? a.integer(option, lowest, highest) : otherwise;
}

bool given_flag(const Arguments& a, const std::string& option, bool otherwise) {
  return a.has(option) ? a.flag(option) : otherwise;
}

constexpr double kBelowOne = 0.9999999;

template <class T>
void read_adam(const Arguments& a, T& o) {
  o.beta1 = given_number(a, "beta1", 0, kBelowOne, o.beta1);
  o.beta2 = given_number(a, "beta2", 0, kBelowOne, o.beta2);
  o.epsilon = given_number(a, "epsilon", 1e-30, 1, o.epsilon);
}

struct OptimizerOptions {
  const Arguments& a;

  void operator()(Adam& o) const { read_adam(a, o); }
  void operator()(AdamW& o) const {
    read_adam(a, o);
    o.weight_decay = given_number(a, "weight-decay", 0, kLarge, o.weight_decay);
  }
  void operator()(Sgd& o) const {
    o.momentum = given_number(a, "momentum", 0, kBelowOne, o.momentum);
    o.weight_decay = given_number(a, "weight-decay", 0, kLarge, o.weight_decay);
    o.nesterov = given_flag(a, "nesterov", o.nesterov);
  }
  void operator()(RmsProp& o) const { read_rmsprop(o); }
  void operator()(RmsPropTf1& o) const { read_rmsprop(o); }

  template <class T>
  void read_rmsprop(T& o) const {
    o.rho = given_number(a, "rho", 0, kBelowOne, o.rho);
    o.momentum = given_number(a, "momentum", 0, kBelowOne, o.momentum);
    o.epsilon = given_number(a, "epsilon", 1e-30, 1, o.epsilon);
    o.centered = given_flag(a, "centered", o.centered);
  }
};

Optimizer optimizer_named(const std::string& name) {
  if (name == "adamw") return AdamW{};
  if (name == "sgd") return Sgd{};
  if (name == "rmsprop") return RmsProp{};
  if (name == "rmsprop-tf1") return RmsPropTf1{};
  return Adam{};
}

Optimizer read_optimizer(const Arguments& a, const Optimizer& base) {
  Optimizer optimizer = base;
  if (a.has("optimizer")) {
    const std::string name = a.choice("optimizer", {"adam", "adamw", "sgd", "rmsprop", "rmsprop-tf1"});
    if (name != optimizer_name(base)) optimizer = optimizer_named(name);
  }
  const std::string name = optimizer_name(optimizer), with = "--optimizer " + name;
  const bool adam = name.starts_with("adam"), rmsprop = name.starts_with("rmsprop");
  if (!adam) refuse(a, {"beta1", "beta2"}, with);
  if (!rmsprop) refuse(a, {"rho", "centered"}, with);
  if (adam) refuse(a, {"momentum"}, with);
  if (name != "sgd") refuse(a, {"nesterov"}, with);
  if (name == "sgd") refuse(a, {"epsilon"}, with);
  if (name == "adam") refuse(a, {"weight-decay"}, with + " (adamw has it)");
  if (rmsprop) refuse(a, {"weight-decay"}, with);
  std::visit(OptimizerOptions{a}, optimizer);
  std::visit([&](auto& o) { o.learning_rate = given_number(a, "learning-rate", 1e-30, kLarge, o.learning_rate); },
             optimizer);
  return optimizer;
}

Schedule read_schedule(const Arguments& a) {
  const std::string name = a.choice("schedule", {"constant", "cosine", "step"});
  if (name != "cosine") refuse(a, {"warmup-epochs", "final-factor"}, "--schedule " + name);
  if (name != "step") refuse(a, {"step-epochs", "step-factor"}, "--schedule " + name);
  if (name == "cosine") return CosineSchedule{a.number("warmup-epochs", 0, 1e6), a.number("final-factor", 0, 1)};
  if (name == "step") return StepSchedule{a.integer("step-epochs", 1, kMany), a.number("step-factor", 1e-30, 1)};
  return ConstantSchedule{};
}

void read_monitor(const Arguments& a, const std::string& option, std::string& monitor) {
  if (a.has(option)) monitor = a.choice(option, {"val_loss", "val_accuracy", "loss", "accuracy"});
}

void read_callbacks(const Arguments& a, TrainConfig& config) {
  read_monitor(a, "monitor", config.checkpoint_monitor);
  if (a.has("monitor")) config.reduce_lr.monitor = config.early_stopping.monitor = config.checkpoint_monitor;
  read_monitor(a, "stop-monitor", config.early_stopping.monitor);
  read_monitor(a, "reduce-lr-monitor", config.reduce_lr.monitor);

  EarlyStopping& stopping = config.early_stopping;
  if (a.has("patience")) {
    stopping.patience = a.integer("patience", 0, kMany);
    stopping.enabled = stopping.patience > 0;
  }
  stopping.min_delta = given_number(a, "min-delta", 0, kLarge, stopping.min_delta);

  ReduceLrOnPlateau& reduce = config.reduce_lr;
  // A schedule already lowers the rate: then the plateau rule must be asked for.
  if (!std::holds_alternative<ConstantSchedule>(config.schedule)) reduce.enabled = false;
  if (a.has("reduce-lr-patience")) {
    reduce.patience = a.integer("reduce-lr-patience", 0, kMany);
    reduce.enabled = reduce.patience > 0;
  }
  reduce.factor = given_number(a, "reduce-lr-factor", 1e-6, 0.999999, reduce.factor);
  reduce.min_lr = given_number(a, "reduce-lr-min", 0, kLarge, reduce.min_lr);
}

void read_augmentation(const Arguments& a, Augmentation& augmentation) {
  augmentation.horizontal_flip = given_flag(a, "flip", augmentation.horizontal_flip);
  augmentation.width_shift = given_number(a, "shift", 0, 0.9, augmentation.width_shift);
  augmentation.height_shift = given_number(a, "shift", 0, 0.9, augmentation.height_shift);
  augmentation.width_shift = given_number(a, "width-shift", 0, 0.9, augmentation.width_shift);
  augmentation.height_shift = given_number(a, "height-shift", 0, 0.9, augmentation.height_shift);
  augmentation.rotation_deg = given_number(a, "rotate", 0, 180, augmentation.rotation_deg);
  augmentation.shear_deg = given_number(a, "shear", 0, 89, augmentation.shear_deg);
  augmentation.zoom = given_number(a, "zoom", 0, 0.9, augmentation.zoom);
  augmentation.fill_value = given_number(a, "fill-value", 0, 255, augmentation.fill_value);
  if (!a.has("fill")) return;
  const std::string name = a.choice("fill", {"nearest", "constant", "reflect", "wrap"});
  for (const Fill fill : {Fill::kNearest, Fill::kConstant, Fill::kReflect, Fill::kWrap}) {
    if (name == fill_name(fill)) augmentation.fill = fill;
  }
}

SplitOptions read_split(const Arguments& a, const TrainConfig& config, SplitOptions split) {
  const bool share_given = a.has("validation-split");
  if (a.has("split") || share_given) {
    split = {.seed = config.seed};
    split.official_asked = a.has("split") && a.choice("split", {"official", "random"}) == "official";
    if (split.official_asked && share_given) throw UsageError("--validation-split does not go with --split official");
    split.official = split.official_asked;
    split.validation_share = a.number("validation-split", 0, 0.99);
  }
  if (a.has("seed")) split.seed = config.seed;
  split.limit = a.has("limit") ? a.integer("limit", 1, kMany) : 0;
  return split;
}

void read_config(const Arguments& a, TrainConfig& config) {
  config.epochs = given_integer(a, "epochs", 1, kMany, config.epochs);
  config.batch_size = given_integer(a, "batch-size", 1, 1 << 20, config.batch_size);
  config.accumulate = given_integer(a, "accumulate", 1, 1 << 20, config.accumulate);
  config.optimizer = read_optimizer(a, config.optimizer);
  if (a.has("loss")) {
    const std::string name = a.choice("loss", {"cross_entropy", "squared_hinge"});
    config.loss = name == "squared_hinge" ? Loss::kSquaredHinge : Loss::kCrossEntropy;
  }
  config.schedule = read_schedule(a);
  if (a.has("clip-norm") && a.has("clip-value")) throw UsageError("--clip-norm does not go with --clip-value");
  config.clipping.norm = given_number(a, "clip-norm", 1e-30, kLarge, config.clipping.norm);
  config.clipping.value = given_number(a, "clip-value", 1e-30, kLarge, config.clipping.value);
  config.label_smoothing = given_number(a, "label-smoothing", 0, 0.999, config.label_smoothing);
  read_augmentation(a, config.augmentation);
  config.weight_average = given_number(a, "average", 0, kBelowOne, config.weight_average);
  if (a.has("seed")) config.seed = static_cast<uint64_t>(a.integer("seed", 0, std::numeric_limits<int64_t>::max()));
  config.precision = precision_from_name(a.choice("precision", {"fp32", "bf16"}));
  config.steps_per_epoch = given_integer(a, "steps", 1, kMany, config.steps_per_epoch);
  config.max_steps = given_integer(a, "max-steps", 1, kMany, config.max_steps);
  config.save_every = given_integer(a, "save-every", 1, kMany, config.save_every);
  config.checkpoint_seconds = a.number("checkpoint-seconds", 0, kLarge);
  config.resume = a.flag("resume");
  read_callbacks(a, config);
}

}  // namespace

void declare_train_options(cxxopts::Options& options) {
  auto run = options.add_options("Run");
  run("network", "See fer-info --list", text("seed002_vgg8"), "NAME|FILE");
  run("init", "Start from this model's network and weights instead", text(), "MODEL");
  run("as-seed", "Train as the network's file says; other options win over it");
  run("stage", "With --as-seed: this stage alone, from --init (default: all, one after the other)", text(), "N");
  run("epochs", "At most so many (default: 100)", text(), "N");
  run("batch-size", "Pictures a step (default: 64)", text(), "N");
  run("accumulate", "Sum the gradients of N batches for a step (default: 1)", text(), "N");
  run("steps", "Steps an epoch, over as many passes as it takes (default: one pass)", text(), "N");
  run("max-steps", "End the run after N steps", text(), "N");
  run("save-every", "Keep the model in DIR/snapshots after every N steps", text(), "N");
  run("seed", "Of all that is random (default: 42)", text(), "N");
  run("precision", "Of products: fp32, or bf16 where the CPU has it", text("fp32"), "NAME");
  run("threads", "0: every core. Results do not depend on it", text("0"), "N");
  run("out", "Folder of the run (default: runs/NETWORK)", text(), "DIR");
  run("resume", "Continue the run in DIR; its data and options need not be repeated");
  run("checkpoint-seconds", "Write last.safetensors at least this often", text("60"), "S");
  run("quiet", "Print nothing but errors");
  run("json", "Print one JSON object an epoch, and nothing else");
  run("profile", "Train a few steps (--steps N: N), print where their time goes, write nothing");

  auto data = options.add_options("Data");
  data("split", "official (Training and PublicTest) or random", text("official"), "NAME");
  data("validation-split", "Share of --split random, of all but PrivateTest", text("0.1"), "SHARE");
  data("limit", "Only the first N pictures of each part", text(), "N");
  data("flip", "Mirror training pictures at random");
  data("shift", "Shift by up to this share of the size", text(), "SHARE");
  data("width-shift", "The same, to the sides only", text(), "SHARE");
  data("height-shift", "The same, up and down only", text(), "SHARE");
  data("rotate", "Turn by up to this angle", text(), "DEGREES");
  data("shear", "Shear by up to this angle", text(), "DEGREES");
  data("zoom", "Scale height and width by up to this share", text(), "SHARE");
  data("fill", "Beyond the border: nearest, constant, reflect or wrap (default: nearest)", text(), "NAME");
  data("fill-value", "Of --fill constant, 0 to 255 (default: 0)", text(), "V");
  declare_data_options(data, true);
  data("class-weights", "balanced, or one number a class", text(), "A,B,...");
  data("label-smoothing", "Share of the target spread over all classes (default: 0)", text(), "E");

  auto optimizer = options.add_options("Optimizer");
  optimizer("loss", "cross_entropy or squared_hinge (default: cross_entropy)", text(), "NAME");
  optimizer("optimizer", "adam, adamw, sgd, rmsprop or rmsprop-tf1 (default: adam)", text(), "NAME");
  optimizer("learning-rate", "(default: 0.001, with sgd 0.01)", text(), "R");
  optimizer("momentum", "sgd, rmsprop (default: 0)", text(), "M");
  optimizer("rho", "rmsprop: share of the old mean square (default: 0.9)", text(), "R");
  optimizer("centered", "rmsprop: divide by the deviation, not the mean square");
  optimizer("nesterov", "sgd: Nesterov momentum");
  optimizer("beta1", "adam, adamw (default: 0.9)", text(), "B");
  optimizer("beta2", "adam, adamw (default: 0.999)", text(), "B");
  optimizer("epsilon", "adam, adamw, rmsprop (default: 1e-7, with rmsprop-tf1 1e-10)", text(), "E");
  optimizer("weight-decay", "adamw (default: 0.004), sgd (default: 0)", text(), "D");
  optimizer("clip-norm", "Scale the whole gradient down to this norm", text(), "N");
  optimizer("clip-value", "Cut each element of the gradient to this size", text(), "V");
  optimizer("average", "Decay of an average of the weights, which is kept (default: 0, none)", text(), "DECAY");

  auto rate = options.add_options("Learning rate and stopping");
  rate("schedule", "constant, cosine or step", text("constant"), "NAME");
  rate("warmup-epochs", "cosine: rise linearly first", text("0"), "N");
  rate("final-factor", "cosine: end at this factor", text("0"), "F");
  rate("step-epochs", "step: change every N epochs", text("10"), "N");
  rate("step-factor", "step: by this factor", text("0.1"), "F");
  rate("monitor", "What best, stopping and reducing go by (default: val_loss)", text(), "NAME");
  rate("stop-monitor", "What stopping goes by (default: as --monitor)", text(), "NAME");
  rate("reduce-lr-monitor", "What reducing goes by (default: as --monitor)", text(), "NAME");
  rate("patience", "Stop after N epochs without improvement; 0: never (default: 8)", text(), "N");
  rate("min-delta", "Stopping: less than this is no improvement (default: 0)", text(), "D");
  rate("reduce-lr-patience", "Reduce the rate after N; 0: never (default: 3, with a schedule 0)", text(), "N");
  rate("reduce-lr-factor", "Reduce by this factor (default: 0.9)", text(), "F");
  rate("reduce-lr-min", "Do not reduce below this (default: 0)", text(), "R");
}

TrainOptions read_train_options(const Arguments& a, TrainOptions options) {
  if (a.operands().size() != 1) throw UsageError("expected one DATA");
  if (a.has("init") && a.has("network") && !options.as_seed) {
    throw UsageError("--network does not go with --init, which brings its own");
  }
  options.data = a.operands()[0];
  options.network = a.text("network");
  if (a.has("init")) options.init = a.text("init");
  if (a.has("class-weights")) options.class_weights = a.text("class-weights");
  if (a.has("init") && a.has("classes")) throw UsageError("--classes does not go with --init, which brings its own");
  options.data_options = read_data_options(a);
  read_config(a, options.config);
  options.split = read_split(a, options.config, options.split);
  options.quiet = a.flag("quiet");
  options.json = a.flag("json");
  return options;
}

std::vector<double> read_class_weights(const std::string& text, const std::vector<int64_t>& counts) {
  std::vector<double> weights;
  if (text.empty()) return weights;
  if (text == "balanced") {
    const auto all = static_cast<double>(std::accumulate(counts.begin(), counts.end(), int64_t{0}));
    for (const int64_t n : counts) {
      weights.push_back(n == 0 ? 0 : all / (static_cast<double>(counts.size()) * static_cast<double>(n)));
    }
    return weights;
  }
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    weights.push_back(parse_number("class-weights", text.substr(begin, end - begin), 0, kLarge));
    begin = end + 1;
  }
  if (weights.size() != counts.size()) {
    throw UsageError(
        fmt::format("--class-weights: expected {} numbers, one a class, found {}", counts.size(), weights.size()));
  }
  if (std::all_of(weights.begin(), weights.end(), [](double weight) { return weight == 0; })) {
    throw UsageError("--class-weights: expected one above 0 at least, found zeros alone");
  }
  return weights;
}

}  // namespace fer::cli
