#include "tools/live/recorder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "fer/error.h"
#include "fer/file.h"
#include "tools/cli/cli.h"

namespace fer::live {
namespace {

bool is_video_name(const std::string& out) {
  const std::string end = cli::extension(out);
  if (end == ".avi" || end == ".mp4") return true;
  for (const char* other : {".mkv", ".mov", ".webm", ".mpg", ".mpeg", ".wmv", ".gif"}) {
    if (end == other)
      throw cli::UsageError(fmt::format("--record: expected a name in .avi or .mp4 or a folder, found \"{}\"", out));
  }
  return false;
}

void expect_room(const std::string& folder) {
  const PathKind kind = path_kind(folder);
  if (kind == PathKind::kNone) return;
  if (kind != PathKind::kFolder) {
    throw Error(folder + ": expected a folder for frames, or a name in .avi or .mp4 for a video, found a file");
  }
  if (!std::filesystem::is_empty(folder)) {
    throw Error(folder + ": expected a new or an empty folder for frames: this one would mix them with what it holds");
  }
}

}  // namespace

Image fitted_into(const Image& picture, int64_t height, int64_t width) {
  if (picture.height == height && picture.width == width) return picture;
  const double scale = std::min(static_cast<double>(height) / static_cast<double>(picture.height),
                                static_cast<double>(width) / static_cast<double>(picture.width));
  const auto size = [scale](int64_t extent, int64_t most) {
    return std::clamp<int64_t>(std::lround(static_cast<double>(extent) * scale), 1, most);
  };
  const Image inside = resized(picture, size(picture.height, height), size(picture.width, width));
  Image out = {height, width, picture.channels,
               std::vector<uint8_t>(static_cast<size_t>(height * width * picture.channels))};
  const int64_t top = (height - inside.height) / 2, left = (width - inside.width) / 2;
  for (int64_t y = 0; y < inside.height; ++y) {
    std::copy_n(inside.pixels.begin() + y * inside.width * inside.channels, inside.width * inside.channels,
                out.pixels.begin() + ((y + top) * width + left) * out.channels);
  }
  return out;
}

Recorder::Recorder(const std::string& out, double frames_per_second)
    : out_(out), frames_per_second_(frames_per_second), is_video_(is_video_name(out)) {
  if (is_video_) return;
  expect_room(out);
  make_folders(out);
}

void Recorder::write(const Image& frame) {
  if (!is_video_) {
    write_file(fmt::format("{}/{:06}.png", out_, frames_++), encode_png(frame));
    return;
  }
  if (writer_ == nullptr) {
    height_ = frame.height;
    width_ = frame.width;
    writer_ = open_video_writer(out_, frames_per_second_, height_, width_);
  }
  writer_->write(fitted_into(frame, height_, width_));
  ++frames_;
}

void Recorder::finish() {
  if (writer_ != nullptr) writer_->finish();
}

}  // namespace fer::live
