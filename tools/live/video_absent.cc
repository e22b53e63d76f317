// Where OpenCV's videoio was not found when this program was built.
#include "fer/error.h"
#include "tools/live/frame_source.h"
#include "tools/live/video_writer.h"

namespace fer::live {
namespace {

[[noreturn]] void refuse_without_videoio(const std::string& path) {
  throw Error(path +
              ": this fer-live was built without OpenCV's videoio, which reads cameras and videos and writes these: "
              "apt-get install libopencv-videoio-dev, and build again (folders of pictures do without)");
}

}  // namespace

std::unique_ptr<FrameSource> open_camera(const std::string& device) { refuse_without_videoio(device); }
std::unique_ptr<FrameSource> open_video(const std::string& path) { refuse_without_videoio(path); }
std::unique_ptr<VideoWriter> open_video_writer(const std::string& path, double, int64_t, int64_t) {
  refuse_without_videoio(path);
}

}  // namespace fer::live
