// Where frames come from: a camera, a video file, or pictures in files.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "fer/image.h"

namespace fer::live {

using Clock = std::chrono::steady_clock;

struct Frame {
  Image picture;           // RGB, or grey of a grey picture's file
  int64_t index = 0;       // from 0
  double seconds = 0;      // since the first frame: a video's own time, a camera's by the clock; pictures: 0
  std::string file = {};   // of a picture; empty for others
  Clock::time_point read;  // when it was there
};

enum class SourceKind { kCamera, kVideo, kPictures };

class FrameSource {
 public:
  virtual ~FrameSource() = default;
  virtual SourceKind kind() const = 0;
  // The next frame, or nothing at the end. Throws Error where it cannot be read.
  virtual std::optional<Frame> next() = 0;
  // As the file or the camera says; 0 where it is not known.
  virtual double frames_per_second() const { return 0; }
};

// `input`: a camera's number ("0" is /dev/video0) or device, a video file, a picture's file or a folder of pictures.
// Throws Error: what is wrong with it, and for a camera which cameras there are.
std::unique_ptr<FrameSource> open_source(const std::string& input);

// The pictures of a folder in the order of their names, or one picture.
std::unique_ptr<FrameSource> open_pictures(const std::string& path);
// These two need OpenCV; without it they throw Error, which names its package.
std::unique_ptr<FrameSource> open_camera(const std::string& device);
std::unique_ptr<FrameSource> open_video(const std::string& path);

}  // namespace fer::live
