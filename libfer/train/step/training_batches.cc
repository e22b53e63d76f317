#include "train/step/training_batches.h"

#include <algorithm>
#include <utility>

#include "data/batches.h"
#include "train/config/length.h"
#include "train/config/mixing_epochs.h"
#include "train/config/self_target_share.h"
#include "train/config/sizes.h"

namespace fer::train {

TrainingBatches::TrainingBatches(const TrainConfig& config, const RunInputs& inputs, const Network& network)
    : config_(config),
      inputs_(inputs),
      classes_(class_count(network)),
      mix_of_sources_(config, inputs.data, inputs.train) {
  const int64_t rows = mix_of_sources_.rows_per_pass();
  merges_ = merges_last(config, rows);
  const int64_t batch = std::min(config.batch_size, rows) + (merges_ ? 1 : 0);
  steps_per_pass_ = train::steps_per_pass(config, rows);
  targets_ = Tensor({batch, classes_});
  use_size({}, network);
  if (!config.class_weights.empty()) weights_.resize(batch);
  if (config.self_targets.any()) {
    self_targets_.emplace(inputs, classes_, config.self_targets.decay);
    probabilities_ = Tensor({batch, classes_});
  }
}

void TrainingBatches::use_size(const PictureSize& size, const Network& network) {
  shape_ = {network.input[0], network.input[1], network.input[2]};
  crop_ = config_.augmentation.crop;
  resize_ = config_.preprocessing.resize;
  if (size.given()) {
    shape_.height = size.height;
    shape_.width = size.width;
    if (crop_.given()) crop_ = size;
    resize_ = resize_for(size, network, resize_);
  }
  picture_size_ = shape_.height * shape_.width * shape_.channels;
  pictures_ = Tensor({largest_batch(), picture_size_});
  if (!inputs_.data.has_values()) ahead_.emplace(inputs_.data, data::fitted_shape(shape_, resize_));
}

void TrainingBatches::start_step(int64_t step) {
  const int64_t pass = step / steps_per_pass_;
  if (pass != pass_) mix_of_sources_.start_pass(pass, order_, order_passes_);
  pass_ = pass;
  step_begin_ = step % steps_per_pass_ * pictures_per_step();
  const auto rows = std::span<const int64_t>(order_).subspan(step_begin_);
  one_left_over_ = merges_ && step % steps_per_pass_ == steps_per_pass_ - 1;
  step_rows_ =
      rows.first(one_left_over_ ? rows.size() : std::min(rows.size(), static_cast<size_t>(pictures_per_step())));
  step_passes_ = {};
  if (!order_passes_.empty()) {
    step_passes_ = std::span<const int64_t>(order_passes_).subspan(step_begin_, step_rows_.size());
  }
  mixes_ = mixes_in_step(config_, step, steps_per_epoch());
  self_share_ = self_target_share(config_, step, steps_per_epoch());
}

std::span<const int64_t> TrainingBatches::rows_of(int64_t batch) const {
  const auto rows = step_rows_.subspan(batch * config_.batch_size);
  return batch == batches() - 1 ? rows : rows.first(std::min(static_cast<size_t>(config_.batch_size), rows.size()));
}

std::span<const int64_t> TrainingBatches::passes_of(int64_t batch) const {
  if (step_passes_.empty()) return {};
  return step_passes_.subspan(batch * config_.batch_size, rows_of(batch).size());
}

std::vector<int64_t> TrainingBatches::rows_ahead(int64_t batch, size_t most) {
  std::vector<int64_t> rows;
  const auto size = static_cast<size_t>(config_.batch_size);
  const size_t ranks = inputs_.exchange == nullptr ? 1 : static_cast<size_t>(inputs_.exchange->size());
  const auto add = [&](const std::vector<int64_t>& order, size_t begin) {
    for (; begin < order.size() && rows.size() < most; begin += ranks * size) {
      const auto part = std::span(order).subspan(begin, std::min(size, order.size() - begin));
      rows.insert(rows.end(), part.begin(), part.end());
    }
  };
  add(order_, static_cast<size_t>(step_begin_) + static_cast<size_t>(batch) * size);
  if (rows.size() >= most) return rows;
  std::vector<int64_t> passes;
  if (next_pass_ != pass_ + 1) mix_of_sources_.start_pass(next_pass_ = pass_ + 1, next_order_, passes);
  add(next_order_, inputs_.exchange == nullptr ? 0 : static_cast<size_t>(inputs_.exchange->rank()) * size);
  return rows;
}

data::Mix TrainingBatches::mix_of(int64_t batch, int64_t i) const {
  const std::span<const int64_t> passes = passes_of(batch);
  return data::draw_mix(config_.mixing, shape_, {config_.seed, passes.empty() ? pass_ : passes[i], rows_of(batch)[i]});
}

void TrainingBatches::fill(int64_t batch) {
  rows_ = rows_of(batch);
  count_ = static_cast<int64_t>(rows_.size());
  Augmentation augmentation = config_.augmentation;
  augmentation.crop = crop_;
  if (!mixes_) augmentation.erasing = 0;
  const bool reads_ahead = ahead_ && ahead_->capacity() > 0;
  if (reads_ahead) ahead_->expect(rows_ahead(batch, static_cast<size_t>(ahead_->capacity())));
  data::fill_batch(inputs_.data, rows_,
                   {.scale = config_.preprocessing.scale,
                    .shift = config_.preprocessing.shift,
                    .augment = augmentation,
                    .seed = config_.seed,
                    .pass = pass_,
                    .passes = passes_of(batch),
                    .shape = shape_,
                    .resize = resize_,
                    .equalize = config_.preprocessing.equalize,
                    .standardize = config_.preprocessing.standardize == Standardization::kPicture,
                    .ahead = reads_ahead ? &*ahead_ : nullptr},
                   pictures_.values().first(count_ * picture_size_));
  fill_targets();
  if (mixes_ && config_.mixing.any()) mix(batch);
}

void TrainingBatches::fill_targets() {
  for (int64_t i = 0; i < count_; ++i) {
    const int64_t label = fill_target(inputs_, rows_[i], config_.label_smoothing, target(i));
    if (!weights_.empty()) weights_[i] = static_cast<float>(config_.class_weights[label]);
    if (inputs_.teacher != nullptr) {
      data::blend(1 - config_.teacher.weight, (*inputs_.teacher)[rows_[i]], target(i));
    }
    if (self_share_ > 0) data::blend(1 - self_share_, std::as_const(*self_targets_)[rows_[i]], target(i));
  }
}

// Joins each picture with the one before it, from the last on, so that this one is still as it was.
void TrainingBatches::mix(int64_t batch) {
  const int64_t last = count_ - 1;
  last_picture_.assign(picture(last).begin(), picture(last).end());
  last_target_.assign(target(last).begin(), target(last).end());
  const float last_weight = weights_.empty() ? 1 : weights_[last];
  for (int64_t i = last; i >= 0; --i) {
    const data::Mix drawn = mix_of(batch, i);
    if (!drawn.any()) continue;
    data::mix_picture(drawn, shape_, i > 0 ? picture(i - 1) : std::span<float>(last_picture_), picture(i));
    data::blend(drawn.share, i > 0 ? target(i - 1) : std::span<float>(last_target_), target(i));
    if (weights_.empty()) continue;
    const float other = i > 0 ? weights_[i - 1] : last_weight;
    data::blend(drawn.share, std::span(&other, 1), std::span(&weights_[i], 1));
  }
}

void TrainingBatches::learn(int64_t batch, std::span<const float> probabilities) {
  if (!self_targets_) return;
  const std::span<const int64_t> rows = rows_of(batch);
  const bool mixes = mixes_ && config_.mixing.any();
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!mixes || !mix_of(batch, static_cast<int64_t>(i)).any())
      self_targets_->take(rows[i], probabilities.subspan(i * classes_, classes_));
  }
}

int64_t fill_target(const RunInputs& inputs, int64_t row, double smoothing, std::span<float> out) {
  const size_t classes = out.size();
  int64_t label = 0;
  if (inputs.targets.empty()) {
    label = inputs.data.labels[row];
    std::fill(out.begin(), out.end(), 0.0f);
    out[label] = 1;
  } else {
    const std::span<const float> soft = inputs.targets.subspan(row * classes, classes);
    label = std::max_element(soft.begin(), soft.end()) - soft.begin();
    std::copy(soft.begin(), soft.end(), out.begin());
  }
  if (smoothing == 0) return label;
  for (float& y : out) y = static_cast<float>((1 - smoothing) * y + smoothing / static_cast<double>(classes));
  return label;
}

}  // namespace fer::train
