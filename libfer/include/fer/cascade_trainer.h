// Training of cascades (fer/cascade.h) by boosting, stage after stage, as opencv_traincascade does it.
//
//   fer::CascadeTraining training{.width = 20, .height = 20, .positives = 1000, .negatives = 500, .stages = 10};
//   const fer::CascadeTrainingResult result = fer::train_cascade(
//       training, fer::read_vec("faces.vec", 20, 20), fer::read_backgrounds("bg.txt"), "data", {});
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "fer/cascade.h"
#include "fer/cascade_samples.h"
#include "fer/export.h"

namespace FER_PUBLIC fer {

// The features of a window to choose from, in opencv_traincascade's order: their indices are those of its files of
// stages. Throws Error where a side is below 3 or above 100 pixels.
std::vector<HaarFeature> haar_features(int width, int height, HaarMode mode);

struct CascadeTraining {
  int width = 24, height = 24;
  int positives = 2000, negatives = 1000;  // for each stage
  int stages = 20;
  CascadeParameters parameters = {};
  // What may be kept in memory of the order of samples by each feature; what does not fit is sorted again for every
  // tree. The result does not depend on it.
  int64_t order_bytes = int64_t{2048} << 20;
  // Training ends where no more than this share of the backgrounds' windows passes; below 0: never for that reason.
  double acceptance_ratio_break = -1;
};

// Why a training ended.
enum class CascadeTrainingEnd {
  kAllStages,        // all stages asked for are there
  kFalseAlarmGoal,   // of the backgrounds' windows no more than max_false_alarm ^ stages / max_depth pass
  kAcceptanceBreak,  // no more than acceptance_ratio_break pass
  kOutOfNegatives    // no window of any background passes the stages so far, or no feature tells any two samples apart
};

struct CascadeStageSamples {
  int stage = 0;
  int64_t positives = 0, positives_tried = 0, negatives = 0, negatives_tried = 0;
};
struct CascadeWeakFigures {
  int stage = 0, trees = 0;
  double hit_rate = 0, false_alarm = 0;
};

// What is told as it happens; any may be empty.
struct CascadeTrainingEvents {
  std::function<void(int stage)> stage_begins;
  std::function<void(int64_t found, int64_t wanted)> mining;  // negatives so far
  std::function<void(const CascadeStageSamples&)> samples_chosen;
  std::function<void(const CascadeWeakFigures&)> tree_added;
  std::function<void(double share)> searching;  // how far the search for the next tree is, 0 to 1
  std::function<void(int stage)> stage_kept;    // its file is written
};

struct CascadeTrainingResult {
  CascadeTrainingEnd end = CascadeTrainingEnd::kAllStages;
  int resumed_stages = 0;  // that were in the folder already
  Cascade cascade;         // as written to cascade.xml; no stages where none could be trained
};

// Trains stage after stage. `folder` is made where it is missing, and gets params.xml, stage0.xml and so on, and
// cascade.xml, as opencv_traincascade writes them, and backgrounds.txt: where each stage's search of the backgrounds
// ended. A folder with stages is gone on with: the result is then, to the byte, what it would be without a break. The
// same bytes come out for any number of threads, on one kind of processor.
//
// Positives that the stages so far refuse are passed over, so that there have to be more than `positives` of them.
// Negatives are windows of the backgrounds, in their order, that all stages so far take for what is to be found;
// windows that the scan never looks at, for want of contrast, are passed over.
//
// Throws Error: options out of their range; a folder of another training (what differs); too few positives; a
// background that cannot be read.
CascadeTrainingResult train_cascade(const CascadeTraining& training, const SampleSet& positives,
                                    const std::vector<std::string>& backgrounds, const std::string& folder,
                                    const CascadeTrainingEvents& events);

}  // namespace fer
