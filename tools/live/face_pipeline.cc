#include "tools/live/face_pipeline.h"

#include "tools/faces/find_at_size.h"

namespace fer::live {

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
  if (detected) last_ = cli::find_at_size(reader_.detector(), frame->picture, plan_.size);
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
