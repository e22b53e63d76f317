// Faces followed from frame to frame, and what is said of each smoothed over time.
#pragma once

#include <cstdint>
#include <vector>

#include "tools/faces/face_reader.h"

namespace fer::live {

struct TrackedFace {
  int64_t id = 0;  // from 1; the same for one face as long as it is followed
  cli::FacePrediction found;
};

class FaceTracker {
 public:
  // `smoothing`, from 0 to below 1: the share of what was said before in the exponential mean of probabilities,
  //   said = smoothing * said before + (1 - smoothing) * of this frame;
  // 0: what the model says of each frame.
  FaceTracker(const Classifier& classifier, double smoothing) : classifier_(classifier), smoothing_(smoothing) {}

  // The faces of the next frame, in their order, with ids and smoothed probabilities. A face is the one before whose
  // box overlaps its own most, by 0.3 of their union or more. One that is missing for fifteen frames is forgotten.
  std::vector<TrackedFace> update(std::vector<cli::FacePrediction> faces);

 private:
  struct Track {
    int64_t id = 0;
    Box box;
    std::vector<float> probabilities;
    int missing = 0;  // frames in a row
  };
  // For each face the number of its track; -1: a new face.
  std::vector<int> matches(const std::vector<cli::FacePrediction>& faces) const;

  const Classifier& classifier_;
  const double smoothing_;
  std::vector<Track> tracks_;
  int64_t next_id_ = 1;
};

}  // namespace fer::live
