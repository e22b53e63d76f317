// The list of training options: a new one is a member of TrainConfig and one entry here.
#include "fer/augmentation.h"
#include "train/config/callbacks.h"
#include "train/config/places.h"

namespace fer::train {
namespace {

using Config = TrainConfig;

constexpr Range kCount = from_to(1, std::numeric_limits<int32_t>::max());
constexpr Range kCountOrZero = from_to(0, std::numeric_limits<int32_t>::max());
constexpr Range kShare = from_and_below(0, 1);
constexpr Range kPixels = from_to(1, 16384);          // along an edge
constexpr Range kUpToAMillion = from_to(1, 1 << 20);  // of batches, and of pictures in each: 2^40 per step

constexpr Range kPartOfOne = from_to(0, 1);
constexpr Range kRatio = from_to(0.001, 1000);

constexpr const char* kRun = "Run";
constexpr const char* kTraining = "Training";
constexpr const char* kSoftTargets = "Soft targets";
constexpr const char* kAugmentation = "Augmentation";
constexpr const char* kOptimizer = "Optimizer";
constexpr const char* kRate = "Learning rate and stopping";

Choice monitor(std::string& value) {
  return {value, monitor_names(), [&value](const std::string& text) { value = text; }};
}

const char* schedule_name(const Schedule& schedule) {
  constexpr const char* kNames[] = {"constant", "cosine", "step"};
  static_assert(std::size(kNames) == std::variant_size_v<Schedule>);
  return kNames[schedule.index()];
}

// A schedule lowers the rate already: then the plateau rule must be asked for.
void leave_rate_to_schedule(Config& c) {
  if (!std::holds_alternative<ConstantSchedule>(c.schedule)) c.reduce_lr.enabled = false;
}

// clang-format off
const Field kFields[] = {
    {.path = "out_dir", .name = "out", .argument = "DIR", .group = kRun, .help = "Folder of the run",
     .at = [](Config& c) -> Place { return &c.out_dir; }, .usual = "runs/NETWORK or runs/RECIPE", .kept = Kept::kNot},
    {.path = "resume", .name = "resume", .group = kRun,
     .help = "Continue the run in DIR; its data and options need not be repeated",
     .at = [](Config& c) -> Place { return &c.resume; }, .kept = Kept::kNot},
    {.path = "seed", .name = "seed", .argument = "N", .group = kRun, .help = "Seed of all random numbers",
     .at = [](Config& c) -> Place { return &c.seed; }},
    {.path = "precision", .name = "precision", .argument = "NAME", .group = kRun,
     .help = "Precision of products in training (bf16 needs a CPU with AVX512_BF16)",
     .at = [](Config& c) -> Place { return choice(c.precision, {Precision::kFp32, Precision::kBf16}, precision_name); }
    },
    {.path = "save_every", .name = "save-every", .argument = "N", .group = kRun,
     .help = "Keep the model in DIR/snapshots after every N steps",
     .at = [](Config& c) -> Place { return &c.save_every; }, .range = kCountOrZero, .zero = "none",
     .kept = Kept::kRecorded, .recipe = "checkpoint_every_iterations"},
    {.path = "checkpoint_seconds", .name = "checkpoint-seconds", .argument = "S", .group = kRun,
     .help = "Write last.safetensors at least every S seconds",
     .at = [](Config& c) -> Place { return &c.checkpoint_seconds; }, .range = at_least(0), .kept = Kept::kNot},

    {.path = "epochs", .name = "epochs", .argument = "N", .group = kTraining, .help = "Train for at most N epochs",
     .at = [](Config& c) -> Place { return &c.epochs; }, .range = kCount, .kept = Kept::kLength},
    {.path = "batch_size", .name = "batch-size", .argument = "N", .group = kTraining, .help = "Pictures per batch",
     .at = [](Config& c) -> Place { return &c.batch_size; }, .range = kUpToAMillion},
    {.path = "accumulate", .name = "accumulate", .argument = "N", .group = kTraining,
     .help = "Number of batches whose gradients are added up for one step",
     .at = [](Config& c) -> Place { return &c.accumulate; }, .range = kUpToAMillion},
    {.path = "merge_last", .name = "merge-last", .group = kTraining,
     .help = "Add the last batch of a pass to the one before it where it has one picture",
     .at = [](Config& c) -> Place { return &c.merge_last; }, .left_out = true},
    {.path = "steps_per_epoch", .name = "steps", .argument = "N", .group = kTraining, .help = "Steps per epoch",
     .at = [](Config& c) -> Place { return &c.steps_per_epoch; }, .range = kCountOrZero,
     .zero = "one pass over the data"},
    {.path = "max_steps", .name = "max-steps", .argument = "N", .group = kTraining, .help = "End the run after N steps",
     .at = [](Config& c) -> Place { return &c.max_steps; }, .range = kCountOrZero, .zero = "no limit",
     .recipe = "iterations"},
    {.path = "loss", .name = "loss", .argument = "NAME", .group = kTraining, .help = "Loss to minimise",
     .at = [](Config& c) -> Place { return choice(c.loss, {Loss::kCrossEntropy, Loss::kSquaredHinge}, loss_name); }},
    {.path = "label_smoothing", .name = "label-smoothing", .argument = "E", .group = kTraining,
     .help = "Fraction of each target that is spread over all classes",
     .at = [](Config& c) -> Place { return &c.label_smoothing; }, .range = kShare},
    {.path = "class_weights", .name = "class-weights", .argument = "A,B,...", .group = kTraining,
     .help = "Weight of each class in the loss, or balanced",
     .at = [](Config& c) -> Place { return &c.class_weights; }, .range = at_least(0)},
    {.path = "weight_average", .name = "average", .argument = "DECAY", .group = kTraining,
     .help = "Decay of a moving average of the weights, which becomes the model",
     .at = [](Config& c) -> Place { return &c.weight_average; }, .range = kShare, .zero = "no average"},
    {.path = "preprocessing.scale", .group = kTraining, .help = "The network's input is pixel * scale + shift",
     .at = [](Config& c) -> Place { return &c.preprocessing.scale; }, .range = other_than_zero(), .usual = "1/255"},
    {.path = "preprocessing.shift", .group = kTraining, .help = "The network's input is pixel * scale + shift",
     .at = [](Config& c) -> Place { return &c.preprocessing.shift; }},
    {.path = "preprocessing.resize", .name = "resize", .argument = "SIZE", .group = kTraining,
     .help = "Fit pictures to this size, of which the network sees a crop",
     .at = [](Config& c) -> Place { return &c.preprocessing.resize; }, .range = kPixels,
     .usual = "the input; with --crop the data's size", .left_out = true},
    {.path = "preprocessing.equalize", .name = "equalize", .group = kTraining,
     .help = "Equalise the histogram of every picture, as OpenCV's equalizeHist does",
     .at = [](Config& c) -> Place { return &c.preprocessing.equalize; }, .left_out = true},
    {.path = "preprocessing.standardize", .name = "standardize", .argument = "WHAT", .group = kTraining,
     .help = "Give pixels mean 0 and deviation 1: those of the training set, or those of each picture",
     .at = [](Config& c) -> Place {
       return choice(c.preprocessing.standardize,
                     {Standardization::kNone, Standardization::kDataset, Standardization::kPicture},
                     standardization_name);
     }, .left_out = true},

    {.path = "teacher.models", .name = "teacher", .argument = "A,B,...", .group = kSoftTargets,
     .help = "Models whose mean probabilities of each training picture are mixed into its target",
     .at = [](Config& c) -> Place { return &c.teacher.models; }, .left_out = true},
    {.path = "teacher.weight", .name = "teacher-weight", .argument = "W", .group = kSoftTargets,
     .help = "Share of --teacher in the target; the label has the rest",
     .at = [](Config& c) -> Place { return &c.teacher.weight; }, .range = kPartOfOne, .left_out = true},
    {.path = "teacher.temperature", .name = "teacher-temperature", .argument = "T", .group = kSoftTargets,
     .help = "Temperature of the teacher's softmax; above 1 its probabilities become more equal",
     .at = [](Config& c) -> Place { return &c.teacher.temperature; }, .range = above(0), .left_out = true},
    {.path = "teacher.views", .name = "teacher-views", .argument = "NAME", .group = kSoftTargets,
     .help = "Views of each picture over which a teacher's probabilities are averaged",
     .at = [](Config& c) -> Place { return &c.teacher.views; }, .left_out = true},

    {.path = "self_targets.weight", .name = "self-targets", .argument = "W", .group = kSoftTargets,
     .help = "Share in the target of the moving mean of the network's own probabilities, in the last epoch",
     .at = [](Config& c) -> Place { return &c.self_targets.weight; }, .range = kPartOfOne, .zero = "none",
     .left_out = true},
    {.path = "self_targets.decay", .name = "self-target-decay", .argument = "D", .group = kSoftTargets,
     .help = "Decay of that mean from pass to pass",
     .at = [](Config& c) -> Place { return &c.self_targets.decay; }, .range = kShare, .left_out = true},
    {.path = "self_targets.start", .name = "self-target-start", .argument = "N", .group = kSoftTargets,
     .help = "Number of epochs after which the share of that mean begins to rise from 0",
     .at = [](Config& c) -> Place { return &c.self_targets.start; }, .range = kCountOrZero, .left_out = true},

    {.path = "augmentation.horizontal_flip", .name = "flip", .group = kAugmentation,
     .help = "Mirror half of the training pictures",
     .at = [](Config& c) -> Place { return &c.augmentation.horizontal_flip; }},
    {.path = "augmentation.alternating_flip", .name = "alternating-flip", .group = kAugmentation,
     .help = "Mirror every picture in every other pass, half of them in the first",
     .at = [](Config& c) -> Place { return &c.augmentation.alternating_flip; }, .left_out = true},
    {.path = "augmentation.crop", .name = "crop", .argument = "SIZE", .group = kAugmentation,
     .help = "Train on random crops of this size, the network's input; the model sees the centre",
     .at = [](Config& c) -> Place { return &c.augmentation.crop; }, .range = kPixels, .left_out = true},
    {.path = "augmentation.random_resized_crop", .name = "random-resized-crop", .group = kAugmentation,
     .help = "Train on random parts of the picture, each scaled to the network's input",
     .at = [](Config& c) -> Place { return &c.augmentation.random_resized_crop; }, .left_out = true},
    {.path = "augmentation.crop_scale", .name = "crop-scale", .argument = "MIN,MAX", .group = kAugmentation,
     .help = "Area of the parts of --random-resized-crop, as a fraction of the picture's",
     .at = [](Config& c) -> Place { return &c.augmentation.crop_scale; }, .range = kPartOfOne, .left_out = true},
    {.path = "augmentation.crop_ratio", .name = "crop-ratio", .argument = "MIN,MAX", .group = kAugmentation,
     .help = "Aspect ratio of the parts of --random-resized-crop, width / height",
     .at = [](Config& c) -> Place { return &c.augmentation.crop_ratio; }, .range = kRatio, .usual = "3/4,4/3",
     .left_out = true},
    {.path = "", .name = "shift", .argument = "SHARE", .group = kAugmentation,
     .help = "Shift by up to this fraction of width and height",
     .at = [](Config& c) -> Place { return &c.augmentation.width_shift; }, .range = kShare,
     .then = [](Config& c) { c.augmentation.height_shift = c.augmentation.width_shift; }},
    {.path = "augmentation.width_shift", .name = "width-shift", .argument = "SHARE", .group = kAugmentation,
     .help = "Shift left or right by up to this fraction of the width",
     .at = [](Config& c) -> Place { return &c.augmentation.width_shift; }, .range = kShare},
    {.path = "augmentation.height_shift", .name = "height-shift", .argument = "SHARE", .group = kAugmentation,
     .help = "Shift up or down by up to this fraction of the height",
     .at = [](Config& c) -> Place { return &c.augmentation.height_shift; }, .range = kShare},
    {.path = "augmentation.rotation_deg", .name = "rotate", .argument = "DEGREES", .group = kAugmentation,
     .help = "Rotate by up to this angle",
     .at = [](Config& c) -> Place { return &c.augmentation.rotation_deg; }, .range = from_to(0, 180)},
    {.path = "augmentation.shear_deg", .name = "shear", .argument = "DEGREES", .group = kAugmentation,
     .help = "Shear by up to this angle",
     .at = [](Config& c) -> Place { return &c.augmentation.shear_deg; }, .range = from_and_below(0, 90)},
    {.path = "augmentation.zoom", .name = "zoom", .argument = "SHARE", .group = kAugmentation,
     .help = "Enlarge or shrink height and width by up to this fraction",
     .at = [](Config& c) -> Place { return &c.augmentation.zoom; }, .range = kShare},
    {.path = "augmentation.fill", .name = "fill", .argument = "NAME", .group = kAugmentation,
     .help = "How to fill what lies beyond the border of a moved picture",
     .at = [](Config& c) -> Place {
       return choice(c.augmentation.fill, {Fill::kNearest, Fill::kConstant, Fill::kReflect, Fill::kWrap}, fill_name);
     }},
    {.path = "augmentation.fill_value", .name = "fill-value", .argument = "V", .group = kAugmentation,
     .help = "Pixel value for --fill constant",
     .at = [](Config& c) -> Place { return &c.augmentation.fill_value; }, .range = from_to(0, 255)},
    {.path = "augmentation.brightness", .name = "brightness", .argument = "X", .group = kAugmentation,
     .help = "Multiply pixels by a factor between 1 - X and 1 + X",
     .at = [](Config& c) -> Place { return &c.augmentation.brightness; }, .range = at_least(0), .left_out = true},
    {.path = "augmentation.contrast", .name = "contrast", .argument = "X", .group = kAugmentation,
     .help = "Multiply what pixels differ by from the picture's mean by a factor between 1 - X and 1 + X",
     .at = [](Config& c) -> Place { return &c.augmentation.contrast; }, .range = at_least(0), .left_out = true},
    {.path = "augmentation.jitter_probability", .name = "jitter-probability", .argument = "P", .group = kAugmentation,
     .help = "Probability of --brightness and --contrast for a picture",
     .at = [](Config& c) -> Place { return &c.augmentation.jitter_probability; }, .range = kPartOfOne,
     .left_out = true},
    {.path = "augmentation.erasing", .name = "erasing", .argument = "P", .group = kAugmentation,
     .help = "Probability of erasing a random rectangle of a picture",
     .at = [](Config& c) -> Place { return &c.augmentation.erasing; }, .range = kPartOfOne, .left_out = true},
    {.path = "augmentation.erasing_scale", .name = "erasing-scale", .argument = "MIN,MAX", .group = kAugmentation,
     .help = "Area of the rectangle, as a fraction of the picture's",
     .at = [](Config& c) -> Place { return &c.augmentation.erasing_scale; }, .range = kPartOfOne, .left_out = true},
    {.path = "augmentation.erasing_ratio", .name = "erasing-ratio", .argument = "MIN,MAX", .group = kAugmentation,
     .help = "Aspect ratio of the rectangle, height / width",
     .at = [](Config& c) -> Place { return &c.augmentation.erasing_ratio; }, .range = kRatio, .left_out = true},
    {.path = "augmentation.erasing_fill", .name = "erasing-fill", .argument = "NAME", .group = kAugmentation,
     .help = "What the rectangle is filled with",
     .at = [](Config& c) -> Place {
       return choice(c.augmentation.erasing_fill,
                     {ErasingFill::kMean, ErasingFill::kRandom, ErasingFill::kConstant}, erasing_fill_name);
     }, .left_out = true},
    {.path = "augmentation.erasing_value", .name = "erasing-value", .argument = "V", .group = kAugmentation,
     .help = "Pixel value for --erasing-fill constant",
     .at = [](Config& c) -> Place { return &c.augmentation.erasing_value; }, .range = from_to(0, 255),
     .left_out = true},
    {.path = "mixing.mixup", .name = "mixup", .argument = "ALPHA", .group = kAugmentation,
     .help = "MixUp: blend pictures and their targets in shares drawn from Beta(ALPHA, ALPHA)",
     .at = [](Config& c) -> Place { return &c.mixing.mixup; }, .range = at_least(0), .zero = "none", .left_out = true},
    {.path = "mixing.cutmix", .name = "cutmix", .argument = "ALPHA", .group = kAugmentation,
     .help = "CutMix: put a rectangle of another picture in, in shares drawn from Beta(ALPHA, ALPHA)",
     .at = [](Config& c) -> Place { return &c.mixing.cutmix; }, .range = at_least(0), .zero = "none",
     .left_out = true},
    {.path = "mixing.probability", .name = "mixing-probability", .argument = "P", .group = kAugmentation,
     .help = "Probability of a picture to be mixed with another",
     .at = [](Config& c) -> Place { return &c.mixing.probability; }, .range = kPartOfOne, .left_out = true},
    {.path = "mixing.cutmix_probability", .name = "cutmix-probability", .argument = "P", .group = kAugmentation,
     .help = "Probability of CutMix where a picture is mixed and both --mixup and --cutmix are given",
     .at = [](Config& c) -> Place { return &c.mixing.cutmix_probability; }, .range = kPartOfOne, .left_out = true},
    {.path = "no_mixing_epochs", .name = "no-mixing-epochs", .argument = "N", .group = kAugmentation,
     .help = "Number of epochs at the end without mixing and erasing",
     .at = [](Config& c) -> Place { return &c.no_mixing_epochs; }, .range = kCountOrZero, .left_out = true},

    {.path = "optimizer.name", .name = "optimizer", .argument = "NAME", .group = kOptimizer,
     .help = "Optimizer that updates the weights",
     .at = [](Config& c) -> Place { return choice(c.optimizer, optimizer_name); }},
    {.path = "optimizer.learning_rate", .name = "learning-rate", .argument = "R", .group = kOptimizer,
     .help = "Learning rate",
     .at = [](Config& c) { return in(c.optimizer, FER_MEMBER(learning_rate)); }, .range = above(0)},
    {.path = "optimizer.momentum", .name = "momentum", .argument = "M", .group = kOptimizer, .help = "Momentum",
     .at = [](Config& c) { return in(c.optimizer, FER_MEMBER(momentum)); }, .range = kShare},
    {.path = "optimizer.nesterov", .name = "nesterov", .group = kOptimizer, .help = "Use Nesterov momentum",
     .at = [](Config& c) { return in(c.optimizer, FER_MEMBER(nesterov)); }},
    {.path = "optimizer.rho", .name = "rho", .argument = "R", .group = kOptimizer,
     .help = "Decay of the moving mean of squared gradients",
     .at = [](Config& c) { return in(c.optimizer, FER_MEMBER(rho)); }, .range = kShare},
    {.path = "optimizer.centered", .name = "centered", .group = kOptimizer,
     .help = "Divide by the standard deviation of gradients instead of their root mean square",
     .at = [](Config& c) { return in(c.optimizer, FER_MEMBER(centered)); }},
    {.path = "optimizer.beta1", .name = "beta1", .argument = "B", .group = kOptimizer,
     .help = "Decay of the moving mean of gradients",
     .at = [](Config& c) { return in(c.optimizer, FER_MEMBER(beta1)); }, .range = kShare},
    {.path = "optimizer.beta2", .name = "beta2", .argument = "B", .group = kOptimizer,
     .help = "Decay of the moving mean of squared gradients",
     .at = [](Config& c) { return in(c.optimizer, FER_MEMBER(beta2)); }, .range = kShare},
    {.path = "optimizer.epsilon", .name = "epsilon", .argument = "E", .group = kOptimizer,
     .help = "Small number in the divisor that keeps it above 0",
     .at = [](Config& c) { return in(c.optimizer, FER_MEMBER(epsilon)); }, .range = above(0)},
    {.path = "optimizer.weight_decay", .name = "weight-decay", .argument = "D", .group = kOptimizer,
     .help = "Weight decay of kernels; biases are left alone",
     .at = [](Config& c) { return in(c.optimizer, FER_MEMBER(weight_decay)); }, .range = at_least(0)},
    {.path = "clipping.norm", .name = "clip-norm", .argument = "N", .group = kOptimizer,
     .help = "Scale the whole gradient down to this norm",
     .at = [](Config& c) -> Place { return &c.clipping.norm; }, .range = at_least(0), .zero = "no clipping"},
    {.path = "clipping.value", .name = "clip-value", .argument = "V", .group = kOptimizer,
     .help = "Clip every element of the gradient to this magnitude",
     .at = [](Config& c) -> Place { return &c.clipping.value; }, .range = at_least(0), .zero = "no clipping"},

    {.path = "schedule.name", .name = "schedule", .argument = "NAME", .group = kRate,
     .help = "How the learning rate changes from step to step",
     .at = [](Config& c) -> Place { return choice(c.schedule, schedule_name); }, .then = leave_rate_to_schedule},
    {.path = "schedule.warmup_epochs", .name = "warmup-epochs", .argument = "N", .group = kRate,
     .help = "Number of epochs at the start in which the rate rises from 0",
     .at = [](Config& c) { return in(c.schedule, FER_MEMBER(warmup_epochs)); }, .range = at_least(0)},
    {.path = "schedule.final_factor", .name = "final-factor", .argument = "F", .group = kRate,
     .help = "Fraction of the rate that is left at the end",
     .at = [](Config& c) { return in(c.schedule, FER_MEMBER(final_factor)); }, .range = at_least(0)},
    {.path = "schedule.every_epochs", .name = "step-epochs", .argument = "N", .group = kRate,
     .help = "Number of epochs between two changes of the rate",
     .at = [](Config& c) { return in(c.schedule, FER_MEMBER(every_epochs)); }, .range = kCount},
    {.path = "schedule.factor", .name = "step-factor", .argument = "F", .group = kRate,
     .help = "Factor by which each change multiplies the rate",
     .at = [](Config& c) { return in(c.schedule, FER_MEMBER(factor)); }, .range = above(0)},
    {.path = "checkpoint_monitor", .name = "monitor", .argument = "NAME", .group = kRate,
     .help = "Figure by which the best model is chosen, the run stopped and the rate reduced",
     .at = [](Config& c) -> Place { return monitor(c.checkpoint_monitor); },
     .then = [](Config& c) { c.early_stopping.monitor = c.reduce_lr.monitor = c.checkpoint_monitor; }},
    {.path = "early_stopping.enabled", .group = kRate, .help = "Stop the run early",
     .at = [](Config& c) -> Place { return &c.early_stopping.enabled; }},
    {.path = "early_stopping.monitor", .name = "stop-monitor", .argument = "NAME", .group = kRate,
     .help = "Figure by which the run is stopped early",
     .at = [](Config& c) -> Place { return monitor(c.early_stopping.monitor); }, .usual = "as --monitor"},
    {.path = "early_stopping.patience", .name = "patience", .argument = "N", .group = kRate,
     .help = "Stop after N epochs without improvement; 0 for never",
     .at = [](Config& c) -> Place { return &c.early_stopping.patience; }, .range = kCountOrZero,
     .then = [](Config& c) { c.early_stopping.enabled = c.early_stopping.patience > 0; }},
    {.path = "early_stopping.min_delta", .name = "min-delta", .argument = "D", .group = kRate,
     .help = "Smallest change that counts as an improvement for early stopping",
     .at = [](Config& c) -> Place { return &c.early_stopping.min_delta; }, .range = at_least(0)},
    {.path = "early_stopping.restore_best_weights", .group = kRate,
     .help = "Give the model the best epoch's weights at the end",
     .at = [](Config& c) -> Place { return &c.early_stopping.restore_best_weights; }},
    {.path = "early_stopping.start_from_epoch", .group = kRate,
     .help = "First epoch that early stopping looks at, counted from 0",
     .at = [](Config& c) -> Place { return &c.early_stopping.start_from_epoch; }, .range = kCountOrZero},
    {.path = "reduce_lr.enabled", .group = kRate, .help = "Reduce the learning rate when a figure stops improving",
     .at = [](Config& c) -> Place { return &c.reduce_lr.enabled; }},
    {.path = "reduce_lr.monitor", .name = "reduce-lr-monitor", .argument = "NAME", .group = kRate,
     .help = "Figure by which the rate is reduced",
     .at = [](Config& c) -> Place { return monitor(c.reduce_lr.monitor); }, .usual = "as --monitor"},
    {.path = "reduce_lr.patience", .name = "reduce-lr-patience", .argument = "N", .group = kRate,
     .help = "Reduce the rate after N epochs without improvement; 0 for never (a schedule turns this off)",
     .at = [](Config& c) -> Place { return &c.reduce_lr.patience; }, .range = kCountOrZero,
     .then = [](Config& c) { c.reduce_lr.enabled = c.reduce_lr.patience > 0; }},
    {.path = "reduce_lr.factor", .name = "reduce-lr-factor", .argument = "F", .group = kRate,
     .help = "Factor by which the rate is reduced",
     .at = [](Config& c) -> Place { return &c.reduce_lr.factor; }, .range = between(0, 1)},
    {.path = "reduce_lr.min_delta", .group = kRate,
     .help = "Smallest change that counts as an improvement for reducing the rate",
     .at = [](Config& c) -> Place { return &c.reduce_lr.min_delta; }, .range = at_least(0)},
    {.path = "reduce_lr.cooldown", .group = kRate, .help = "Number of epochs after a reduction that are not counted",
     .at = [](Config& c) -> Place { return &c.reduce_lr.cooldown; }, .range = kCountOrZero},
    {.path = "reduce_lr.min_lr", .name = "reduce-lr-min", .argument = "R", .group = kRate,
     .help = "Lowest rate; it is not reduced any further",
     .at = [](Config& c) -> Place { return &c.reduce_lr.min_lr; }, .range = at_least(0)},
};
// clang-format on

}  // namespace

Fields all_fields() { return kFields; }

}  // namespace fer::train
