// fer::Trainer: checks what it is given and hands it to a run.
#include "fer/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "evaluate/evaluation.h"
#include "fer/error.h"
#include "fer/sources.h"
#include "train/config/config.h"
#include "train/config/input_size.h"
#include "train/config/length.h"
#include "train/config/sizes.h"
#include "train/run/fit_loop.h"
#include "train/step/frozen_layers.h"
#include "train/step/layer_rates.h"

namespace fer {

struct Trainer::Impl {
  Model model;
  TrainConfig config;
  bool is_new = false;  // the preprocessing is not the model's yet, but what the configuration makes of the data
};

namespace {

void check_soft_targets(std::span<const float> targets, int64_t pictures, int64_t classes) {
  if (targets.empty()) return;
  if (static_cast<int64_t>(targets.size()) != pictures * classes) {
    throw Error("soft targets: expected " + Shape({pictures, classes}).to_string() + " numbers, found " +
                std::to_string(targets.size()));
  }
  for (size_t i = 0; i < targets.size(); ++i) {
    if (targets[i] >= 0 && targets[i] <= 1) continue;
    throw Error("soft targets: row " + std::to_string(i / classes) + ", class " + std::to_string(i % classes) +
                ": expected a number from 0 to 1, found " + std::to_string(targets[i]));
  }
}

void check_source_weights(const TrainConfig& config, const Dataset& data) {
  const std::vector<SourceRows> sources = sources_of(data);
  const size_t expected = std::max<size_t>(1, sources.size());
  if (config.source_weights.empty() || config.source_weights.size() == expected) return;
  std::string names;
  for (const SourceRows& source : sources) names += (names.empty() ? " (" : ", ") + source.name;
  if (!names.empty()) names += ")";
  throw Error("source_weights: expected " + std::to_string(expected) + ", one per source" + names + ", found " +
              std::to_string(config.source_weights.size()));
}

// Whether there are batches of one picture that batch norms learn from.
bool leaves_one_over(const TrainConfig& config, const Network& network, int64_t pictures) {
  if (!config.freeze.empty() && config.unfreeze_at == 0) {
    TrainConfig all = config;
    all.freeze.clear();
    return leaves_one_over(all, train::with_frozen(network, train::frozen_layers(config.freeze, network)), pictures);
  }
  const auto learns_moments = [](const Layer& layer) {
    return !layer.frozen && std::holds_alternative<BatchNorm>(layer.kind);
  };
  return !train::merges_last(config, pictures) && pictures % config.batch_size == 1 &&
         std::any_of(network.layers.begin(), network.layers.end(), learns_moments);
}

Model untrained(Network network, const TrainConfig& config) {
  use_crop(network, config.augmentation);
  Weights weights = initialize(network, config.seed);
  return {std::move(network), std::move(weights), config.preprocessing};
}

}  // namespace

Trainer::Trainer(Network network, const TrainConfig& config) : Trainer(untrained(std::move(network), config), config) {
  impl_->is_new = true;
}

Trainer::Trainer(Model model, TrainConfig config) {
  infer(model.network);
  // (With one, every picture is of it at 100 %, and the loss is 0.)
  if (class_count(model.network) < 2) {
    throw Error(
        "network: expected two outputs or more, one per class, found 1: training needs pictures of two classes");
  }
  if (!model.int8.empty()) throw Error("the model computes in 8-bit integers: expected one in floats to train");
  // A run may be resumed from another folder. (An empty path is refused below.)
  for (std::string& path : config.teacher.models) {
    if (!path.empty()) path = std::filesystem::absolute(path).lexically_normal().string();
  }
  train::check_config(config, class_count(model.network));
  train::layer_rates(config.learning_rate_multipliers, model.network);  // which names must be layers'
  train::frozen_layers(config.freeze, model.network);                   // the same
  train::use_crop(model, config.augmentation);
  train::check_sizes(config, model.network);
  config.preprocessing = model.preprocessing;
  model.temperature = 1;  // was fitted to answers that the training changes
  impl_ = std::make_unique<Impl>(Impl{std::move(model), std::move(config)});
}

Trainer::~Trainer() = default;
Trainer::Trainer(Trainer&&) noexcept = default;
Trainer& Trainer::operator=(Trainer&&) noexcept = default;

void Trainer::check(const Dataset& data, std::span<const int64_t> train, std::span<const int64_t> validation,
                    std::span<const float> soft_targets) const {
  const Network& network = impl_->model.network;
  check_source_weights(impl_->config, data);
  if (train.empty()) throw Error("training: expected at least one picture, found none");
  if (impl_->config.augmentation.any() && data.has_values()) {
    throw Error("augmentation: expected pictures, found landmarks");
  }
  if (impl_->config.mixing.any() && data.has_values()) {
    throw Error("mixing: expected pictures, found landmarks");
  }
  const Preprocessing& preprocessing = impl_->model.preprocessing;
  if ((preprocessing.equalize || preprocessing.standardize != Standardization::kNone) && data.has_values()) {
    throw Error(std::string(preprocessing.equalize ? "equalize" : "standardize") +
                ": expected pictures, found landmarks");
  }
  if (!impl_->config.sizes.empty() && data.has_values()) throw Error("sizes: expected pictures, found landmarks");
  const bool labels_needed = soft_targets.empty();
  evaluation::check_rows(network, data, train, labels_needed, "training");
  evaluation::check_rows(network, data, validation, labels_needed, "validation");
  train::preprocessing_for(impl_->model, impl_->config.augmentation, data);
  check_soft_targets(soft_targets, data.size(), class_count(network));
}

History Trainer::fit(const Dataset& data, std::span<const int64_t> train, std::span<const int64_t> validation,
                     const TrainCallbacks& callbacks, std::span<const float> soft_targets, Exchange* exchange) {
  check(data, train, validation, soft_targets);
  if (impl_->is_new) use_standardization(impl_->model, impl_->config, data, train);
  impl_->is_new = false;
  impl_->model.preprocessing = train::preprocessing_for(impl_->model, impl_->config.augmentation, data);
  impl_->config.preprocessing = impl_->model.preprocessing;
  const train::RunInputs inputs{
      .data = data, .train = train, .validation = validation, .targets = soft_targets, .exchange = exchange};
  return train::FitLoop(impl_->model, impl_->config, inputs, callbacks).run();
}

std::vector<std::string> Trainer::remarks(int64_t training_pictures) const {
  const TrainConfig& config = impl_->config;
  std::vector<std::string> remarks;
  if (leaves_one_over(config, impl_->model.network, training_pictures)) {
    remarks.push_back(fmt::format(
        "{} training pictures in batches of {} leave one over: the last batch of every pass has one picture, "
        "from which batch norms learn moments that can spoil validation (val_loss runs away); another "
        "batch size avoids it, and merge_last (--merge-last) adds that picture to the batch before",
        training_pictures, config.batch_size));
  }
  if (const int64_t epochs = epochs_of_steps(config, training_pictures); config.validate_every > epochs) {
    remarks.push_back(fmt::format("validation after every {} epochs: the run has {}, so there is none",
                                  config.validate_every, epochs));
  }
  if (config.sync_batch_norm) {
    const auto& layers = impl_->model.network.layers;
    const bool norms = std::any_of(layers.begin(), layers.end(), [](const Layer& layer) {
      return std::holds_alternative<BatchNorm>(layer.kind) && !layer.frozen;
    });
    if (!norms) {
      remarks.emplace_back("sync_batch_norm: the network has no batch norm that is trained: it changes nothing");
    } else if (config.accumulate == 1) {
      remarks.emplace_back("sync_batch_norm: a step is one batch (accumulate 1), which batch norms see anyway");
    }
  }
  for (std::string& remark :
       train::freezing_remarks(config, impl_->model.network, epochs_of_steps(config, training_pictures))) {
    remarks.push_back(std::move(remark));
  }
  return remarks;
}

const Model& Trainer::model() const { return impl_->model; }

int64_t epochs_of_steps(const TrainConfig& config, int64_t training_pictures) {
  const int64_t steps = config.steps_per_epoch;
  return train::epochs_in_all(config, steps > 0 ? steps : train::steps_per_pass(config, training_pictures));
}

}  // namespace fer
