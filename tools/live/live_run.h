// One run of fer-live: frames in, frames with what was found out.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "tools/faces/annotate.h"
#include "tools/live/face_pipeline.h"
#include "tools/live/face_tracker.h"
#include "tools/live/pace.h"
#include "tools/live/recorder.h"
#include "tools/live/window.h"

namespace fer::live {

struct LiveOptions {
  DetectionPlan plan = {};
  double smoothing = 0;
  bool json = false;  // a line for every frame on stdout
  bool bars = true;
  int64_t most_frames = 0;  // ends after so many; 0: with the source
};

class LiveRun {
 public:
  // Keeps references to source and reader. `window` and `recorder` may be missing.
  LiveRun(FrameSource& source, const cli::FaceReader& reader, const LiveOptions& options, cli::EmojiSet emoji,
          std::unique_ptr<Window> window, std::unique_ptr<Recorder> recorder);

  // Goes on until the source ends, the user has enough, or a signal asks for the end (tools/cli/stop.h). Throws what
  // source, detector and recorder throw.
  void run();

  const Pace& pace() const { return pace_; }

 private:
  // False: the user has enough.
  bool show(const FoundFrame& found, const Image& drawn);
  Image draw(const FoundFrame& found, const std::vector<TrackedFace>& faces);
  void print(const FoundFrame& found, const std::vector<TrackedFace>& faces) const;

  FrameSource& source_;
  const cli::FaceReader& reader_;
  const LiveOptions options_;
  cli::EmojiSet emoji_;
  std::unique_ptr<Window> window_;
  std::unique_ptr<Recorder> recorder_;
  FaceTracker tracker_;
  Pace pace_;
  std::optional<Clock::time_point> begin_;  // of a video in a window, which is shown at its own speed
};

}  // namespace fer::live
