#include "tools/live/frame_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "fer/error.h"
#include "fer/file.h"
#include "fer/picture_folder.h"
#include "tools/live/camera_check.h"

namespace fer::live {
namespace {

class PictureSource : public FrameSource {
 public:
  explicit PictureSource(const std::string& path) : files_(picture_files(path)) {}
  SourceKind kind() const override { return SourceKind::kPictures; }

  std::optional<Frame> next() override {
    if (at_ == files_.size()) return std::nullopt;
    Frame frame = {.picture = read_image(files_[at_]),
                   .index = static_cast<int64_t>(at_),
                   .file = files_[at_],
                   .read = Clock::now()};
    ++at_;
    return frame;
  }

 private:
  std::vector<std::string> files_;
  size_t at_ = 0;
};

bool is_number(const std::string& text) {
  return !text.empty() && text.size() <= 4 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

// By its first bytes: a file's name says little.
bool is_picture(const std::string& path) {
  const std::string bytes = read_beginning(path, 12);
  const auto is_webp = bytes.starts_with("RIFF") && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP";
  const auto is_pnm = bytes.size() >= 2 && bytes[0] == 'P' && std::string("2356").find(bytes[1]) != std::string::npos;
  return bytes.starts_with("\x89PNG") || bytes.starts_with("\xff\xd8\xff") || is_webp || is_pnm;
}

}  // namespace

std::unique_ptr<FrameSource> open_pictures(const std::string& path) { return std::make_unique<PictureSource>(path); }

std::unique_ptr<FrameSource> open_source(const std::string& input) {
  // (A file called 0 is ./0.)
  const bool number = is_number(input);
  if (number || input.starts_with("/dev/")) {
    const std::string device = number ? "/dev/video" + input : input;
    check_camera(device);
    return open_camera(device);
  }
  switch (path_kind(input)) {
    case PathKind::kNone:
      throw Error(
          fmt::format("{}: expected a video, a picture, a folder of pictures or a camera, found nothing there; {}",
                      input, cameras_text()));
    case PathKind::kFolder:
      return open_pictures(input);
    case PathKind::kOther:
      throw Error(fmt::format("{}: expected a file, a folder or a camera (/dev/video0), found another device or a pipe",
                              input));
    case PathKind::kFile:
      break;
  }
  return is_picture(input) ? open_pictures(input) : open_video(input);
}

}  // namespace fer::live
