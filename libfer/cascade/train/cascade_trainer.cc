// Begin here: a training, stage after stage.
#include "fer/cascade_trainer.h"

#include <fmt/format.h>

#include <cmath>

#include "cascade/train/stage_fit.h"
#include "cascade/train/training_folder.h"
#include "core/atomic_file.h"
#include "fer/error.h"
#include "fer/file.h"
#include "kernels/simd/target.h"

namespace fer {
namespace {

using cascade::BackgroundPlace;
using cascade::MinedWindows;
using cascade::SampleTable;
using cascade::TrainedSoFar;
using cascade::WindowTest;

void check_range(const char* what, double value, double lowest, double highest) {
  if (!(value >= lowest && value <= highest))
    throw Error(fmt::format("cascade training: expected {} of {} to {}, found {}", what, lowest, highest, value));
}

void check_training(const CascadeTraining& t, const SampleSet& positives) {
  const CascadeParameters& p = t.parameters;
  check_range("positives", t.positives, 1, 1e7);
  check_range("negatives", t.negatives, 1, 1e7);
  check_range("stages", t.stages, 1, 1000);
  check_range("a hit rate", p.min_hit_rate, 0, 1);
  check_range("a false alarm rate", p.max_false_alarm, 0, 1);
  check_range("a weight trim rate", p.weight_trim_rate, 0, 1);
  check_range("a depth", p.max_depth, 1, 9);
  check_range("trees of a stage", p.max_weak_count, 1, 100000);
  check_range("bytes for orders", static_cast<double>(t.order_bytes), 0, 1e15);
  if (positives.width != t.width || positives.height != t.height)
    throw Error(fmt::format("cascade training: expected samples of {}x{}, found {}x{}", t.width, t.height,
                            positives.width, positives.height));
}

// The samples of one stage: positives first.
struct Samples {
  std::vector<uint8_t> pixels;
  CascadeStageSamples counts;
};

// The first positives that all stages so far take. Throws Error where there are not enough.
void choose_positives(const CascadeTraining& training, const SampleSet& positives, const WindowTest& test,
                      bool first_stage, Samples& samples) {
  CascadeStageSamples& counts = samples.counts;
  while (counts.positives < training.positives) {
    const auto next = static_cast<size_t>(counts.positives_tried);
    if (next == positives.count())
      throw Error(
          fmt::format("stage {}: expected {} positives that the stages so far take, found {} in all {} samples: "
                      "ask for fewer (or give more, or a higher hit rate)",
                      counts.stage, training.positives, counts.positives, positives.count()));
    ++counts.positives_tried;
    const std::span<const uint8_t> pixels = positives.sample(next);
    if (!first_stage && !test.passes(pixels)) continue;
    samples.pixels.insert(samples.pixels.end(), pixels.begin(), pixels.end());
    ++counts.positives;
  }
}

class Training {
 public:
  Training(const CascadeTraining& training, const SampleSet& positives, const std::vector<std::string>& backgrounds,
           const std::string& folder, const CascadeTrainingEvents& events)
      : training_(training),
        positives_(positives),
        backgrounds_(backgrounds),
        folder_(folder),
        events_(events),
        features_(haar_features(training.width, training.height, training.parameters.mode)) {}

  CascadeTrainingResult run() {
    make_folders(folder_);
    so_far_ = cascade::read_training(folder_, training_, features_);
    cascade::write_parameters(folder_, training_);
    CascadeTrainingResult result;
    result.resumed_stages = static_cast<int>(so_far_.stages.size());
    if (so_far_.places.size() == so_far_.stages.size() && !so_far_.places.empty()) place_ = so_far_.places.back();
    so_far_.places.resize(so_far_.stages.size(), place_);
    while (static_cast<int>(so_far_.stages.size()) < training_.stages) {
      if (!next_stage(result.end)) break;
    }
    if (so_far_.stages.empty()) return result;
    result.cascade = cascade::final_cascade(training_, features_, so_far_.stages);
    core::write_file_atomically(folder_ + "/cascade.xml", cascade_xml(result.cascade));
    return result;
  }

 private:
  // The share of windows that all stages together may let pass, for each leaf of a tree (OpenCV's goal).
  double least_share() const {
    return std::pow(training_.parameters.max_false_alarm, training_.stages) / training_.parameters.max_depth;
  }

  // False: the training ends, for the reason in `end`.
  bool next_stage(CascadeTrainingEnd& end) {
    const auto stage = static_cast<int>(so_far_.stages.size());
    if (events_.stage_begins) events_.stage_begins(stage);
    Samples samples = choose_samples(stage);
    if (!worth_training(samples.counts, end)) return false;
    CascadeStage fitted = fit(samples);
    if (fitted.trees.empty()) {
      end = CascadeTrainingEnd::kOutOfNegatives;
      return false;
    }
    so_far_.stages.push_back(std::move(fitted));
    so_far_.places.push_back(place_);
    cascade::write_stage(folder_, so_far_);
    if (events_.stage_kept) events_.stage_kept(stage);
    return true;
  }

  Samples choose_samples(int stage) {
    Samples samples;
    samples.counts.stage = stage;
    const WindowTest test(training_.width, training_.height, features_, so_far_.stages);
    choose_positives(training_, positives_, test, stage == 0, samples);
    const MinedWindows mined = cascade::mine(backgrounds_, test, training_.negatives, least_share(), place_,
                                             samples.pixels, [&](int64_t found) {
                                               if (events_.mining) events_.mining(found, training_.negatives);
                                             });
    samples.counts.negatives = mined.found;
    samples.counts.negatives_tried = mined.tried;
    if (events_.samples_chosen) events_.samples_chosen(samples.counts);
    return samples;
  }

  bool worth_training(const CascadeStageSamples& counts, CascadeTrainingEnd& end) const {
    const double share = counts.negatives_tried == 0
                             ? 0
                             : static_cast<double>(counts.negatives) / static_cast<double>(counts.negatives_tried);
    const bool few = counts.negatives_tried > 0 && static_cast<double>(counts.negatives + 1) <=
                                                       least_share() * static_cast<double>(counts.negatives_tried);
    if (counts.negatives == 0 && !few) {
      end = CascadeTrainingEnd::kOutOfNegatives;
    } else if (share <= least_share()) {
      end = CascadeTrainingEnd::kFalseAlarmGoal;
    } else if (training_.acceptance_ratio_break >= 0 && share <= training_.acceptance_ratio_break) {
      end = CascadeTrainingEnd::kAcceptanceBreak;
    } else {
      return true;
    }
    return false;
  }

  CascadeStage fit(const Samples& samples) const {
    const size_t size = static_cast<size_t>(training_.width) * static_cast<size_t>(training_.height);
    const size_t count = samples.pixels.size() / size;
    SampleTable table(training_.width, training_.height, training_.parameters.mode == HaarMode::kAll, count);
    std::vector<int8_t> labels(count);
    for (size_t i = 0; i < count; ++i) {
      table.set(i, std::span(samples.pixels).subspan(i * size, size));
      labels[i] = i < static_cast<size_t>(samples.counts.positives) ? 1 : -1;
    }
    const cascade::SplitSearch search(table, features_, training_.order_bytes);
    return cascade::fit_stage(search, labels, training_.parameters, samples.counts.stage, events_);
  }

  const CascadeTraining& training_;
  const SampleSet& positives_;
  const std::vector<std::string>& backgrounds_;
  const std::string& folder_;
  const CascadeTrainingEvents& events_;
  std::vector<HaarFeature> features_;
  TrainedSoFar so_far_;
  BackgroundPlace place_;
};

}  // namespace

CascadeTrainingResult train_cascade(const CascadeTraining& training, const SampleSet& positives,
                                    const std::vector<std::string>& backgrounds, const std::string& folder,
                                    const CascadeTrainingEvents& events) {
  check_training(training, positives);
  kernels::check_target();
  if (backgrounds.empty()) throw Error("cascade training: expected at least one background");
  return Training(training, positives, backgrounds, folder, events).run();
}

}  // namespace fer
