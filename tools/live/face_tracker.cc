#include "tools/live/face_tracker.h"

#include <algorithm>
#include <tuple>

#include "tools/cli/overlap.h"

namespace fer::live {

// The pairs that overlap most first.
std::vector<int> FaceTracker::matches(const std::vector<cli::FacePrediction>& faces) const {
  constexpr double kLeastOverlap = 0.3;
  std::vector<std::tuple<double, size_t, size_t>> pairs;
  for (size_t f = 0; f < faces.size(); ++f) {
    for (size_t t = 0; t < tracks_.size(); ++t) {
      const double overlap = cli::overlap_of(faces[f].face.box, tracks_[t].box);
      if (overlap >= kLeastOverlap) pairs.emplace_back(-overlap, f, t);
    }
  }
  std::sort(pairs.begin(), pairs.end());
  std::vector<int> track_of(faces.size(), -1);
  std::vector<bool> taken(tracks_.size());
  for (const auto& [overlap, f, t] : pairs) {
    if (track_of[f] >= 0 || taken[t]) continue;
    track_of[f] = static_cast<int>(t);
    taken[t] = true;
  }
  return track_of;
}

std::vector<TrackedFace> FaceTracker::update(std::vector<cli::FacePrediction> faces) {
  constexpr int kForgottenAfter = 15;  // half a second at 30 frames per second
  const std::vector<int> track_of = matches(faces);
  for (Track& track : tracks_) ++track.missing;
  std::vector<TrackedFace> out;
  for (size_t f = 0; f < faces.size(); ++f) {
    std::vector<float> said = std::move(faces[f].prediction.probabilities);
    const bool is_new = track_of[f] < 0;
    if (is_new) tracks_.push_back({.id = next_id_++, .box = {}, .probabilities = said});
    Track& track = is_new ? tracks_.back() : tracks_[static_cast<size_t>(track_of[f])];
    for (size_t c = 0; !is_new && c < said.size(); ++c) {
      said[c] = static_cast<float>(smoothing_ * track.probabilities[c] + (1 - smoothing_) * said[c]);
    }
    track.box = faces[f].face.box;
    track.probabilities = said;
    track.missing = 0;
    out.push_back({track.id, {std::move(faces[f].face), classifier_.prediction_of(said)}});
  }
  std::erase_if(tracks_, [](const Track& track) { return track.missing > kForgottenAfter; });
  return out;
}

}  // namespace fer::live
