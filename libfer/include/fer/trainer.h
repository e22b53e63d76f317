// Training: fit a network on a data set, with callbacks, checkpoints and exact resume.
//
//   fer::Dataset data = fer::read_fer_csv("fer2013.csv");
//   fer::TrainConfig config{.epochs = 10, .out_dir = "run"};
//   fer::Trainer trainer(fer::load_network("seed002_vgg8"), config);
//   fer::History history = trainer.fit(data, fer::rows_with_usage(data, fer::Usage::kTraining),
//                                      fer::rows_with_usage(data, fer::Usage::kPublicTest));
//   fer::save_model(trainer.model(), "model.safetensors");
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fer/augmentation.h"
#include "fer/dataset.h"
#include "fer/evaluate.h"
#include "fer/exchange.h"
#include "fer/export.h"
#include "fer/loss.h"
#include "fer/model.h"
#include "fer/optimizer.h"
#include "fer/precision.h"
#include "fer/self_targets.h"
#include "fer/teacher.h"

namespace FER_PUBLIC fer {

// Keras's ReduceLROnPlateau on val_loss: when it has not fallen by more than min_delta for `patience` epochs, the
// learning rate is multiplied by `factor` (not below min_lr), and nothing more happens for `cooldown` epochs. patience
// 0 with enabled false: off.
struct ReduceLrOnPlateau {
  bool enabled = true;
  double factor = 0.9;
  int64_t patience = 3;
  double min_delta = 1e-4;
  int64_t cooldown = 0;
  double min_lr = 0;
  std::string monitor = "val_loss";  // or loss, accuracy, val_accuracy; falls for losses, rises for accuracies
};

// Keras's EarlyStopping: stops after `patience` epochs without an improvement by more than min_delta. Epochs before
// start_from_epoch (counted from 0) do not count. The best weights are restored whether or not it stopped the run,
// as in Keras 3.
struct EarlyStopping {
  bool enabled = true;
  int64_t patience = 8;
  double min_delta = 0;
  bool restore_best_weights = true;
  int64_t start_from_epoch = 0;
  std::string monitor = "val_loss";
};

// Which weights a run's model has. kBest: those of the epoch that is best by checkpoint_monitor (Keras's
// ModelCheckpoint with save_best_only). kLast: the last ones, their average where there is one, whatever the figures
// say (save_best_only=False): a choice among epochs makes the figures of the pictures that it goes by too good.
enum class KeptModel { kBest, kLast };
const char* kept_model_name(KeptModel kept);  // "best", "last"

// A factor of the learning rate of some layers' weights.
struct LayerRate {
  std::string layer;  // a name, or "conv*" for all names that begin with what is before the star
  double factor = 1;
  bool operator==(const LayerRate&) const = default;
};

// The size of training pictures during a part of a run.
struct SizeShare {
  PictureSize size = {};
  double share = 0;  // of the epochs
  bool operator==(const SizeShare&) const = default;
};

struct TrainConfig {
  int64_t epochs = 100;
  int64_t batch_size = 64;
  // The number of batches whose gradients are added up for one step. The step is that of one batch of accumulate *
  // batch_size pictures, in the memory of batch_size (docs/training.md says what differs).
  int64_t accumulate = 1;
  // Batch norms normalise by the mean and the variance of all pictures of a step, and their moving moments move once
  // per step, as if its batches were one (PyTorch's SyncBatchNorm). The batches then go through the layers together: a
  // process takes the memory of all that are its own (of ranks that train together, every P-th of P).
  bool sync_batch_norm = false;
  // Where one picture is left for the last batch of a pass, the batch before it takes it: batch norms learn nothing
  // good from one picture. (Keras and PyTorch have no such setting; PyTorch's drop_last loses those pictures.)
  bool merge_last = false;
  Optimizer optimizer = Adam{};
  // Of each layer the entry with its name counts, else the one with the longest beginning of it, else 1. With 0 weights
  // stay as they are (a batch norm's moving moments still move: a frozen layer's do not). An entry that is no layer's
  // with weights is an Error.
  std::vector<LayerRate> learning_rate_multipliers = {};
  // Layers that are not trained, beside those that the network itself has frozen: names, patterns ("conv*", a star for
  // any characters), ranges in the network's order ("conv1..conv4", all layers between) and counts ("4": the first four
  // layers with weights). As with Keras's `trainable = False`, a frozen batch norm uses and keeps its moving moments,
  // and regularisers of frozen layers count in no loss. The backward pass ends where nothing below is trained. An entry
  // that is of no layer with weights is an Error. The model's network stays as it is: freezing is of the run alone.
  std::vector<std::string> freeze = {};
  // The epoch, from 1, from which on these layers are trained too; 0: never. Their moments begin there.
  int64_t unfreeze_at = 0;
  Schedule schedule = ConstantSchedule{};
  GradientClipping clipping = {};
  Loss loss = Loss::kCrossEntropy;
  SymmetricCrossEntropy symmetric_cross_entropy = {};  // of the loss of that name
  double label_smoothing = 0;  // y = (1 - e) * y + e / classes, in training and in val_loss, as Keras has it
  std::vector<double> class_weights =
      {};  // empty, or one per class: each picture's loss times its class's weight (Keras's class_weight)
  // Empty, or one weight above 0 for each source of the data (fer/sources.h): a pass has round(weight * n) pictures, at
  // least one, of a source with n training rows. They are the next ones of an endless row of shuffled passes over that
  // source, so that every picture of it is seen equally often; 1 for all sources is one pass over all rows.
  std::vector<double> source_weights = {};
  Teacher teacher = {};           // needs the cross-entropy
  SelfTargets self_targets = {};  // the same
  Augmentation augmentation = {};
  Mixing mixing = {};
  int64_t no_mixing_epochs = 0;  // in so many last epochs there is neither mixing nor erasing
  ReduceLrOnPlateau reduce_lr = {};
  EarlyStopping early_stopping = {};
  std::string checkpoint_monitor = "val_loss";  // the figure that decides which weights are the best
  KeptModel model = KeptModel::kBest;           // kLast: early stopping restores no weights either
  // Validation follows after every so many epochs (Keras's validation_freq). In the others val_* are NaN, and what
  // goes by them (the best model, early stopping, reduce_lr) passes over the epoch.
  int64_t validate_every = 1;
  int64_t validation_steps = 0;  // validation takes the first so many batches of batch_size rows; 0: all rows
  // Decay of an exponential moving average of the weights, kept beside them and used for validation, the saved best and
  // model() (docs/training.md explains its first steps); 0: none.
  double weight_average = 0;
  // Before weights are validated or kept, their batch norms' moving moments are replaced by the mean of the moments
  // that all batches of the last pass have with these weights: torch.optim.swa_utils.update_bn. Training itself goes on
  // with its own. It takes a forward pass over the training pictures each time.
  bool recompute_batch_norm = false;
  // Progressive resizing: training begins with small pictures. Empty: all epochs have the network's input; else sizes
  // in the order of the epochs, whose shares sum to 1 and of which the last is the network's input. A picture of a
  // smaller size is the same part of the picture in fewer pixels. The network's weights must not depend on its input's
  // size (convolutions and a global pool). Validation and the model have the network's own input all along.
  std::vector<SizeShare> sizes = {};
  uint64_t seed = 42;
  // Of the gradients of a step's batches, which ranks exchange (fit). kBf16: that of each batch, and their sum, is
  // rounded to bfloat16, which halves the bytes; the additions are in 32 bits. Alone the same is done without sending
  // anything, so that the result does not depend on the number of ranks either way.
  Precision exchange = Precision::kFp32;
  Precision precision =
      Precision::kFp32;  // of the products in training steps; everything else, validation too, is fp32
  // Steps per epoch; 0: one pass over the data. Each epoch goes on in the shuffled pass where the last one ended, and
  // where a pass ends the next one begins.
  int64_t steps_per_epoch = 0;
  int64_t max_steps = 0;   // the run, and its last epoch, end after so many steps; 0: no limit
  int64_t save_every = 0;  // steps between snapshots, out_dir/snapshots/step-NNNNNN.safetensors; 0: none
  // Of a new model. With standardize, scale and shift are what use_standardization makes them.
  Preprocessing preprocessing = {};
  std::string out_dir = {};  // empty: nothing is written
  bool resume = false;       // continue from out_dir/last.safetensors; start afresh where there is none
  double checkpoint_seconds =
      60;  // last.safetensors is written at least this often inside an epoch, and at the end of every epoch
};

// One epoch's figures. Of a mixed picture, accuracy counts whether its most probable class is the one with the largest
// share of its target. loss and accuracy are running means over the epoch's training batches (dropout on,
// regularisation included in loss), as Keras reports them; val_* are over the whole validation part in inference mode
// (val_loss includes regularisation, as Keras's does, and no class weights).
struct EpochResult {
  int64_t epoch = 0;  // 1-based
  double loss = 0, accuracy = 0, val_loss = 0, val_accuracy = 0;
  double learning_rate = 0;      // in force during the epoch's last step
  double seconds = 0;            // whole epoch, validation included
  double images_per_second = 0;  // training images / seconds spent on training steps
  // The plain cross-entropy of the validation rows (no smoothing, no regularisation) after their logits were divided by
  // the temperature that makes it smallest, and that temperature: a loss that does not depend on how sure the network
  // is (Guo et al. 2017). In a network's first epochs it may be at an end of its range, 1/64 to 64.
  double val_calibrated_loss = 0, val_temperature = 0;
  bool operator==(const EpochResult&) const = default;
};

struct History {
  std::vector<EpochResult> epochs;
  int64_t best_epoch = 0;  // 1-based; 0: none; with KeptModel::kLast the last one
  bool stopped_early = false;
};

// Progress within an epoch, for a live bar.
struct StepProgress {
  int64_t epoch = 0, epochs = 0, step = 0, steps = 0;  // 1-based; step of steps in this epoch
  int64_t images = 0;                                  // trained on in this epoch so far
  double loss = 0, accuracy = 0;                       // running means of the epoch
  double learning_rate = 0, seconds = 0, images_per_second = 0;
};

// Callbacks of fit. All are optional and are called from the thread that called fit.
struct TrainCallbacks {
  std::function<void(const StepProgress&)> on_step = {};
  // The epoch that ended, and all of the run so far, epochs before a resume and this one included.
  std::function<void(const EpochResult&, const History&)> on_epoch = {};
  // Called before the first step of a run with a teacher, when its models have been asked. A resumed run has their
  // answers already.
  std::function<void(const TeacherFigures&)> on_teacher = {};
  // Called after every step and every batch of validation; when it returns true, a checkpoint is written and fit
  // returns. Called also after every batch that a teacher is asked about; then fit throws Error, and nothing is
  // written.
  std::function<bool()> should_stop = {};
};

// Gives a network the size of the augmentation's crop, where there is one, as its input: what a Trainer does with a new
// network. No weights may have been made for it yet.
void use_crop(Network& network, const Augmentation& augmentation);

// Gives a new model what config.preprocessing.standardize says: scale and shift by which the pixels of the training
// rows get mean 0 and deviation 1, as they are fitted and perhaps equalised, over all channels, without augmentation
// (kDataset); scale 1 and shift 0 (kPicture). What a Trainer does with a new network. Throws Error where the data are
// landmarks, a picture cannot be read, and, for kDataset, where all pixels have one value.
void use_standardization(Model& model, const TrainConfig& config, const Dataset& data, std::span<const int64_t> train);

// The number of pictures of a pass over the training rows: their number, or what config.source_weights make of it.
int64_t pictures_per_pass(const TrainConfig& config, const Dataset& data, std::span<const int64_t> train);

// The epochs of a run on so many pictures per pass: config.epochs, or those that config.max_steps reaches into.
int64_t epochs_of_steps(const TrainConfig& config, int64_t training_pictures);

class Trainer {
 public:
  // Weights are initialised from config.seed. Throws Error on a bad network or configuration. Where the configuration
  // has a crop, its size is the network's input.
  Trainer(Network network, const TrainConfig& config);
  // Starts from a model's weights (fine-tuning), and keeps its preprocessing; config's is ignored. Its temperature is
  // dropped. A crop in the configuration becomes the network's input, whose weights must not depend on that
  // (convolutions and a global pool).
  Trainer(Model model, TrainConfig config);
  ~Trainer();
  Trainer(Trainer&&) noexcept;
  Trainer& operator=(Trainer&&) noexcept;

  // Trains on the rows `train` of data; `validation` may be empty (then val_* are NaN and monitors fall back to loss
  // and accuracy). With config.out_dir: best.safetensors, last.safetensors, history.csv, config.json and TensorBoard
  // events are kept there. The result depends on network, config, data and rows only: not on threads, nor on how often
  // the run was killed and resumed. Throws Error when the loss or a gradient stops being finite (naming epoch and step;
  // the last checkpoint stays), when a file cannot be written (what was there stays), when out_dir holds a run and
  // resume is false, when it holds another run (naming what differs), and when another run is at work in it (naming the
  // process). config.teacher's models are loaded and asked before the first step (which takes another [train.size(),
  // classes] numbers of memory); Error names the one that cannot be loaded or has other classes than the network, by
  // name where both have names. A second fit starts from model(), with new moments. soft_targets: empty, or
  // [data.size(), classes] numbers that take the place of the labels.
  //
  // exchange: where other ranks train the same model (fer/exchange.h), each with a call of its own that has the same
  // arguments; null: this process trains alone. The small batches of a step (config.accumulate) and validation are
  // shared out; the result is the same. Rank 0 alone writes and reads out_dir; callbacks are called on every rank, and
  // where should_stop returns true on any, all stop. Throws Error also where there are more ranks than small batches,
  // where a rank has another version, instruction set, configuration or other data, and where one fails; the rank
  // should tell the others then (Exchange::fail).
  History fit(const Dataset& data, std::span<const int64_t> train, std::span<const int64_t> validation,
              const TrainCallbacks& callbacks = {}, std::span<const float> soft_targets = {},
              Exchange* exchange = nullptr);

  // Throws the Error that fit would throw for these arguments: rows or labels out of range, numbers of another shape.
  // (Pictures of another size or number of channels are fitted to the network's input, batch by batch: copy_fitted.)
  void check(const Dataset& data, std::span<const int64_t> train, std::span<const int64_t> validation,
             std::span<const float> soft_targets = {}) const;

  // Remarks that are good to know before training on so many pictures, one line each, and often none: "the last batch
  // of every pass has one picture, ..."
  std::vector<std::string> remarks(int64_t training_pictures) const;

  // After fit: the best weights with early_stopping.restore_best_weights and KeptModel::kBest, else the last ones
  // (their average, where there is one). After should_stop: the weights as they stand. Not to be used after an Error.
  const Model& model() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The bytes of memory that training a network with Adam at a batch size takes: activations, gradients, scratch, weights
// and optimizer state. accumulated: whether TrainConfig::accumulate is above 1, so that there is a second gradient.
// Throws Error as infer does.
size_t training_memory_bytes(const Network& network, int64_t batch_size, bool accumulated = false,
                             Precision precision = Precision::kFp32);

}  // namespace fer
