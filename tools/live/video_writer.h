// A video that is being written.
#pragma once

#include <memory>
#include <string>

#include "fer/image.h"

namespace fer::live {

// It appears under its name when finish() has been called, whole; without it nothing stays.
class VideoWriter {
 public:
  virtual ~VideoWriter() = default;
  // An RGB picture of the video's size.
  virtual void write(const Image& frame) = 0;
  virtual void finish() = 0;
};

// .mp4 is written as MPEG-4, .avi as Motion JPEG. Throws Error where it cannot be, and without OpenCV, naming its
// package.
std::unique_ptr<VideoWriter> open_video_writer(const std::string& path, double frames_per_second, int64_t height,
                                               int64_t width);

}  // namespace fer::live
