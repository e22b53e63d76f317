#include "tools/live/face_pipeline.h"

#include <algorithm>
#include <cmath>

namespace fer::live {
namespace {

int64_t scaled(int64_t at, double scale) { return std::lround(static_cast<double>(at) * scale); }

Face enlarged(Face face, double scale) {
  const Box& box = face.box;
  face.box = {scaled(box.left, scale), scaled(box.top, scale), scaled(box.width, scale), scaled(box.height, scale)};
  // (Places count from the middle of the first pixel.)
  for (Point& p : face.points) p = {(p.x + 0.5) * scale - 0.5, (p.y + 0.5) * scale - 0.5};
  return face;
}

}  // namespace

std::vector<Face> find_at_size(const cli::FaceReader& reader, const Image& picture, int64_t size) {
  const int64_t longer = std::max(picture.height, picture.width);
  if (size <= 0 || longer <= size) return reader.find(picture);
  const double scale = static_cast<double>(longer) / static_cast<double>(size);
  const int64_t height = std::max<int64_t>(1, scaled(picture.height, 1 / scale));
  const int64_t width = std::max<int64_t>(1, scaled(picture.width, 1 / scale));
  // A cascade looks at brightness alone, and one channel is resized in a third of the time.
  const bool grey = reader.detector().kind() == "cascade";
  std::vector<Face> faces = reader.find(fitted(picture, height, width, grey ? 1 : picture.channels));
  for (Face& face : faces) face = enlarged(std::move(face), scale);
  return faces;
}

FacePipeline::FacePipeline(FrameSource& source, const cli::FaceReader& reader, const DetectionPlan& plan, size_t ahead)
    : source_(source), reader_(reader), plan_(plan), ahead_(ahead), thread_([this] { run(); }) {}

FacePipeline::~FacePipeline() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::optional<FoundFrame> FacePipeline::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !waiting_.empty() || ended_; });
  if (waiting_.empty()) {
    if (failure_) std::rethrow_exception(failure_);
    return std::nullopt;
  }
  FoundFrame frame = std::move(waiting_.front());
  waiting_.pop_front();
  lock.unlock();
  changed_.notify_all();
  return frame;
}

void FacePipeline::run() {
  std::exception_ptr failure;
  try {
    for (auto frame = read_one(); frame && put(std::move(*frame)); frame = read_one()) {
    }
  } catch (...) {
    failure = std::current_exception();
  }
  {
    const std::lock_guard lock(mutex_);
    failure_ = failure;
    ended_ = true;
  }
  changed_.notify_all();
}

std::optional<FoundFrame> FacePipeline::read_one() {
  std::optional<Frame> frame = source_.next();
  if (!frame) return std::nullopt;
  if (plan_.mirrored) mirror(frame->picture.pixels, frame->picture.width, frame->picture.channels);
  const bool detected = frame->index % plan_.every == 0;
  if (detected) last_ = find_at_size(reader_, frame->picture, plan_.size);
  return FoundFrame{std::move(*frame), last_, detected};
}

bool FacePipeline::put(FoundFrame frame) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return waiting_.size() < ahead_ || stopped_; });
  if (stopped_) return false;
  waiting_.push_back(std::move(frame));
  lock.unlock();
  changed_.notify_all();
  return true;
}

}  // namespace fer::live
