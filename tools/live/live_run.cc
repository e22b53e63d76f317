#include "tools/live/live_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "fer/error.h"
#include "tools/cli/cli.h"
#include "tools/cli/stop.h"
#include "tools/faces/face_json.h"

namespace fer::live {
namespace {

using nlohmann::ordered_json;

// Of a camera the newest frame counts, so that one waits at most.
size_t frames_ahead(const FrameSource& source) { return source.kind() == SourceKind::kCamera ? 1 : 2; }

}  // namespace

LiveRun::LiveRun(FrameSource& source, const cli::FaceReader& reader, const LiveOptions& options, cli::EmojiSet emoji,
                 std::unique_ptr<Window> window, std::unique_ptr<Recorder> recorder)
    : source_(source),
      reader_(reader),
      options_(options),
      emoji_(std::move(emoji)),
      window_(std::move(window)),
      recorder_(std::move(recorder)),
      tracker_(reader.classifier(), options.smoothing) {}

void LiveRun::run() {
  const cli::StopOnSignals stop;
  FacePipeline pipeline(source_, reader_, options_.plan, frames_ahead(source_));
  while (!cli::stop_asked()) {
    std::optional<FoundFrame> found = pipeline.next();
    if (!found) break;
    const std::vector<TrackedFace> faces =
        tracker_.update(reader_.predict(found->frame.picture, std::move(found->faces)));
    if (options_.json) print(*found, faces);
    bool more = true;
    if (window_ != nullptr || recorder_ != nullptr) {
      const Image drawn = draw(*found, faces);
      if (recorder_ != nullptr) recorder_->write(drawn);
      more = show(*found, drawn);
    } else {
      pace_.add(found->frame.read, Clock::now(), found->detected);
    }
    if (!more || (options_.most_frames > 0 && static_cast<int64_t>(pace_.frames()) >= options_.most_frames)) break;
  }
  if (recorder_ != nullptr) recorder_->finish();
}

bool LiveRun::show(const FoundFrame& found, const Image& drawn) {
  if (window_ == nullptr) {
    pace_.add(found.frame.read, Clock::now(), found.detected);
    return true;
  }
  window_->show(drawn);
  int wait_ms = 1;
  if (source_.kind() == SourceKind::kVideo) {
    if (!begin_) begin_ = Clock::now();
    const double early = found.frame.seconds - std::chrono::duration<double>(Clock::now() - *begin_).count();
    wait_ms = std::clamp(static_cast<int>(1000 * early), 1, 1000);
  }
  // The window shows the frame while it waits; a picture stays until a key is pressed.
  pace_.add(found.frame.read, Clock::now(), found.detected);
  return window_->wait(source_.kind() == SourceKind::kPictures ? 0 : wait_ms) != Key::kQuit;
}

Image LiveRun::draw(const FoundFrame& found, const std::vector<TrackedFace>& faces) {
  std::vector<cli::FacePrediction> plain;
  plain.reserve(faces.size());
  for (const TrackedFace& face : faces) plain.push_back(face.found);
  const double rate = pace_.frames_per_second();
  // (Not in a recording: it is of this machine at this moment.)
  const bool shows_rate =
      window_ != nullptr && recorder_ == nullptr && rate > 0 && source_.kind() != SourceKind::kPictures;
  return cli::annotated(found.frame.picture, plain, reader_.classifier().class_names(),
                        {.bars = options_.bars,
                         .emoji = &emoji_,
                         .corner = shows_rate ? fmt::format("{:.0f} frames per second", rate) : ""});
}

void LiveRun::print(const FoundFrame& found, const std::vector<TrackedFace>& faces) const {
  ordered_json json = {{"frame", found.frame.index}};
  if (found.frame.file.empty()) {
    json["seconds"] = found.frame.seconds;
  } else {
    json["file"] = found.frame.file;
  }
  json["width"] = found.frame.picture.width;
  json["height"] = found.frame.picture.height;
  json["detected"] = found.detected;
  json["faces"] = ordered_json::array();
  for (const TrackedFace& face : faces) {
    ordered_json one = {{"id", face.id}};
    one.update(cli::face_json(reader_.classifier(), face.found));
    json["faces"].push_back(one);
  }
  fmt::print("{}\n", cli::one_line(json));
  // Whoever reads it through a pipe wants each frame now.
  if (std::fflush(stdout) != 0) throw Error("stdout cannot be written to");
}

}  // namespace fer::live
