// Frames kept: as a video, or as pictures in a folder.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "fer/image.h"
#include "tools/live/video_writer.h"

namespace fer::live {

class Recorder {
 public:
  // `out` ends in .avi or .mp4: a video, which is there after finish(). Else a folder, which may not hold anything yet:
  // frames are OUT/000000.png and so on. Throws Error where it does, and UsageError on another video's ending.
  Recorder(const std::string& out, double frames_per_second);

  // An RGB picture. A video has the size of its first frame; others are fitted into it, with black around them.
  void write(const Image& frame);
  // Call it at the end.
  void finish();

  int64_t frames() const { return frames_; }

 private:
  const std::string out_;
  const double frames_per_second_;
  const bool is_video_;
  std::unique_ptr<VideoWriter> writer_;
  int64_t height_ = 0, width_ = 0, frames_ = 0;
};

// The picture within height x width pixels, as large as it fits, with black around it.
Image fitted_into(const Image& picture, int64_t height, int64_t width);

}  // namespace fer::live
