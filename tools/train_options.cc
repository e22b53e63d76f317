#include "train_options.h"

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

float given_number(const Arguments& a, const std::string& option, double lowest, double highest, float fallback) {
  return a.has(option) ? static_cast<float>(a.number(option, lowest, highest)) : fallback;
}

Adam read_adam(const Arguments& a) {
  Adam adam;
  adam.learning_rate = given_number(a, "learning-rate", 1e-30, kLarge, adam.learning_rate);
  adam.beta1 = given_number(a, "beta1", 0, 0.9999999, adam.beta1);
  adam.beta2 = given_number(a, "beta2", 0, 0.9999999, adam.beta2);
  adam.epsilon = given_number(a, "epsilon", 1e-30, 1, adam.epsilon);
  return adam;
}

Optimizer read_optimizer(const Arguments& a) {
  const std::string name = a.choice("optimizer", {"adam", "adamw", "sgd"});
  if (name == "sgd") {
    refuse(a, {"beta1", "beta2", "epsilon"}, "--optimizer sgd");
    Sgd sgd;
    sgd.learning_rate = given_number(a, "learning-rate", 1e-30, kLarge, sgd.learning_rate);
    sgd.momentum = given_number(a, "momentum", 0, 0.9999999, sgd.momentum);
    sgd.weight_decay = given_number(a, "weight-decay", 0, kLarge, sgd.weight_decay);
    sgd.nesterov = a.flag("nesterov");
    return sgd;
  }
  refuse(a, {"momentum", "nesterov"}, "--optimizer " + name);
  const Adam adam = read_adam(a);
  if (name == "adam") {
    refuse(a, {"weight-decay"}, "--optimizer adam (adamw has it)");
    return adam;
  }
  AdamW adamw{adam.learning_rate, adam.beta1, adam.beta2, adam.epsilon};
  adamw.weight_decay = given_number(a, "weight-decay", 0, kLarge, adamw.weight_decay);
  return adamw;
}

Schedule read_schedule(const Arguments& a) {
  const std::string name = a.choice("schedule", {"constant", "cosine", "step"});
  if (name != "cosine") refuse(a, {"warmup-epochs", "final-factor"}, "--schedule " + name);
  if (name != "step") refuse(a, {"step-epochs", "step-factor"}, "--schedule " + name);
  if (name == "cosine") return CosineSchedule{a.number("warmup-epochs", 0, 1e6), a.number("final-factor", 0, 1)};
  if (name == "step") return StepSchedule{a.integer("step-epochs", 1, kMany), a.number("step-factor", 1e-30, 1)};
  return ConstantSchedule{};
}

void read_callbacks(const Arguments& a, TrainConfig& config) {
  const std::string monitor = a.choice("monitor", {"val_loss", "val_accuracy", "loss", "accuracy"});
  config.checkpoint_monitor = config.reduce_lr.monitor = config.early_stopping.monitor = monitor;

  config.early_stopping.patience = a.integer("patience", 0, kMany);
  config.early_stopping.enabled = config.early_stopping.patience > 0;
  config.early_stopping.min_delta = a.number("min-delta", 0, kLarge);

  // A schedule already lowers the rate: then the plateau rule must be asked for.
  if (!std::holds_alternative<ConstantSchedule>(config.schedule)) config.reduce_lr.patience = 0;
  if (a.has("reduce-lr-patience")) config.reduce_lr.patience = a.integer("reduce-lr-patience", 0, kMany);
  config.reduce_lr.enabled = config.reduce_lr.patience > 0;
  config.reduce_lr.factor = a.number("reduce-lr-factor", 1e-6, 0.999999);
  config.reduce_lr.min_lr = a.number("reduce-lr-min", 0, kLarge);
}

SplitOptions read_split(const Arguments& a, uint64_t seed) {
  SplitOptions split;
  const bool share_given = a.has("validation-split");
  split.official_asked = a.has("split") && a.choice("split", {"official", "random"}) == "official";
  if (split.official_asked && share_given) throw UsageError("--validation-split does not go with --split official");
  split.official = !share_given && a.choice("split", {"official", "random"}) == "official";
  split.validation_share = a.number("validation-split", 0, 0.99);
  split.limit = a.has("limit") ? a.integer("limit", 1, kMany) : 0;
  split.seed = seed;
  return split;
}

TrainConfig read_config(const Arguments& a) {
  TrainConfig config;
  config.epochs = a.integer("epochs", 1, kMany);
  config.batch_size = a.integer("batch-size", 1, 1 << 20);
  config.optimizer = read_optimizer(a);
  config.schedule = read_schedule(a);
  if (a.has("clip-norm") && a.has("clip-value")) throw UsageError("--clip-norm does not go with --clip-value");
  config.clipping.norm = given_number(a, "clip-norm", 1e-30, kLarge, 0);
  config.clipping.value = given_number(a, "clip-value", 1e-30, kLarge, 0);
  config.label_smoothing = a.number("label-smoothing", 0, 0.999);
  config.augmentation = {.horizontal_flip = a.flag("flip"),
                         .shift = a.number("shift", 0, 0.9),
                         .rotation_deg = a.number("rotate", 0, 180),
                         .zoom = a.number("zoom", 0, 0.9)};
  config.weight_average = a.number("average", 0, 0.9999999);
  config.seed = static_cast<uint64_t>(a.integer("seed", 0, std::numeric_limits<int64_t>::max()));
  config.precision = precision_from_name(a.choice("precision", {"fp32", "bf16"}));
  config.limit_steps = a.has("steps") ? a.integer("steps", 1, kMany) : 0;
  config.checkpoint_seconds = a.number("checkpoint-seconds", 0, kLarge);
  config.resume = a.flag("resume");
  read_callbacks(a, config);
  return config;
}

}  // namespace

void declare_train_options(cxxopts::Options& options) {
  auto run = options.add_options("Run");
  run("network", "See fer-info --list", text("seed002_vgg8"), "NAME|FILE");
  run("init", "Start from this model's network and weights instead", text(), "MODEL");
  run("epochs", "At most so many", text("100"), "N");
  run("batch-size", "Pictures a step", text("64"), "N");
  run("seed", "Of all that is random", text("42"), "N");
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
  data("steps", "End an epoch after N steps", text(), "N");
  data("flip", "Mirror training pictures at random");
  data("shift", "Shift by up to this share of the size", text("0"), "SHARE");
  data("rotate", "Turn by up to this angle", text("0"), "DEGREES");
  data("zoom", "Scale by up to this share", text("0"), "SHARE");
  data("class-weights", "balanced, or one number a class", text(), "A,B,...");
  data("label-smoothing", "Share of the target spread over all classes", text("0"), "E");

  auto optimizer = options.add_options("Optimizer");
  optimizer("optimizer", "adam, adamw or sgd", text("adam"), "NAME");
  optimizer("learning-rate", "(default: 0.001, with sgd 0.01)", text(), "R");
  optimizer("momentum", "sgd (default: 0)", text(), "M");
  optimizer("nesterov", "sgd: Nesterov momentum");
  optimizer("beta1", "adam, adamw (default: 0.9)", text(), "B");
  optimizer("beta2", "adam, adamw (default: 0.999)", text(), "B");
  optimizer("epsilon", "adam, adamw (default: 1e-7)", text(), "E");
  optimizer("weight-decay", "adamw (default: 0.004), sgd (default: 0)", text(), "D");
  optimizer("clip-norm", "Scale the whole gradient down to this norm", text(), "N");
  optimizer("clip-value", "Cut each element of the gradient to this size", text(), "V");
  optimizer("average", "Decay of an average of the weights, which is kept", text("0"), "DECAY");

  auto rate = options.add_options("Learning rate and stopping");
  rate("schedule", "constant, cosine or step", text("constant"), "NAME");
  rate("warmup-epochs", "cosine: rise linearly first", text("0"), "N");
  rate("final-factor", "cosine: end at this factor", text("0"), "F");
  rate("step-epochs", "step: change every N epochs", text("10"), "N");
  rate("step-factor", "step: by this factor", text("0.1"), "F");
  rate("monitor", "What best, stopping and reducing go by", text("val_loss"), "NAME");
  rate("patience", "Stop after N epochs without improvement; 0: never", text("8"), "N");
  rate("min-delta", "Stopping: less than this is no improvement", text("0"), "D");
  rate("reduce-lr-patience", "Reduce the rate after N; 0: never (default: 3, with a schedule 0)", text(), "N");
  rate("reduce-lr-factor", "Reduce by this factor", text("0.9"), "F");
  rate("reduce-lr-min", "Do not reduce below this", text("0"), "R");
}

TrainOptions read_train_options(const Arguments& a) {
  if (a.operands().size() != 1) throw UsageError("expected one DATA");
  if (a.has("init") && a.has("network")) throw UsageError("--network does not go with --init, which brings its own");
  TrainOptions options;
  options.data = a.operands()[0];
  options.network = a.text("network");
  if (a.has("init")) options.init = a.text("init");
  if (a.has("class-weights")) options.class_weights = a.text("class-weights");
  options.config = read_config(a);
  options.split = read_split(a, options.config.seed);
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
  return weights;
}

}  // namespace fer::cli
