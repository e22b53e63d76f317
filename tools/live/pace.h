// How fast frames come, and how late they are shown.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "tools/live/frame_source.h"

namespace fer::live {

class Pace {
 public:
  // A frame was shown or written; `read`: when it was there.
  void add(Clock::time_point read, Clock::time_point done, bool detected);

  size_t frames() const { return latencies_ms_.size(); }
  // Of the last second or so; 0 before the second frame.
  double frames_per_second() const;
  // "90 frames in 3.1 s: 29.0 frames per second; a frame was ready 40 ms after it was read (median; 99 % within 61 ms)"
  std::string summary() const;
  // In how many frames faces were looked for.
  size_t detections() const { return detections_; }

 private:
  std::vector<float> latencies_ms_;
  std::deque<Clock::time_point> recent_;
  Clock::time_point first_read_, last_;
  size_t detections_ = 0;
};

}  // namespace fer::live
