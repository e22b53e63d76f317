// Reads frames and finds their faces in a thread of its own, ahead of whoever takes them.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "tools/faces/face_reader.h"
#include "tools/live/frame_source.h"

namespace fer::live {

struct DetectionPlan {
  int64_t every = 1;      // look for faces in every n-th frame; those between keep the boxes found last
  int64_t size = 0;       // look in a picture whose longer side is at most so many pixels; 0: in the frame as it is
  bool mirrored = false;  // exchange left and right in every frame first
};

struct FoundFrame {
  Frame frame;
  std::vector<Face> faces;
  bool detected = false;  // in this frame: not taken from one before
};

class FacePipeline {
 public:
  // Keeps references to both until it goes. At most `ahead` frames wait to be taken.
  FacePipeline(FrameSource& source, const cli::FaceReader& reader, const DetectionPlan& plan, size_t ahead);
  ~FacePipeline();
  FacePipeline(const FacePipeline&) = delete;

  // The next frame, in the source's order, or nothing at the end. Throws what the source or the detector threw.
  std::optional<FoundFrame> next();

 private:
  void run();
  std::optional<FoundFrame> read_one();
  bool put(FoundFrame frame);  // false: nobody takes it any more

  FrameSource& source_;
  const cli::FaceReader& reader_;
  const DetectionPlan plan_;
  const size_t ahead_;
  std::vector<Face> last_;  // found
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<FoundFrame> waiting_;
  bool ended_ = false, stopped_ = false;
  std::exception_ptr failure_;
  std::thread thread_;  // the last member: it uses the others
};

}  // namespace fer::live
