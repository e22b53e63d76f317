#include "tools/live/camera_check.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <vector>

#include "fer/error.h"

namespace fer::live {
namespace {

class OpenDevice {
 public:
  explicit OpenDevice(const std::string& path) : file_(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC)) {}
  ~OpenDevice() {
    if (file_ >= 0) ::close(file_);
  }
  OpenDevice(const OpenDevice&) = delete;
  bool is_open() const { return file_ >= 0; }
  bool control(unsigned long request, void* argument) const { return ::ioctl(file_, request, argument) == 0; }

 private:
  int file_;
};

[[noreturn]] void refuse(const std::string& device, const std::string& why) {
  throw Error(fmt::format("camera {}: {}; {}", device, why, cameras_text()));
}

std::string reason(int error) {
  if (error == ENOENT || error == ENXIO || error == ENODEV) return "there is no such camera";
  if (error == EBUSY) return "it is busy: another program is using it";
  if (error == EACCES || error == EPERM) return "this user may not open it (on Debian: members of the group video may)";
  return std::generic_category().message(error);
}

}  // namespace

std::string cameras_text(const std::string& folder) {
  std::vector<std::string> found;
  std::error_code failure;
  for (std::filesystem::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    if (entry->path().filename().string().starts_with("video")) found.push_back(entry->path().string());
  }
  std::sort(found.begin(), found.end());
  if (found.empty()) return fmt::format("there is no camera here (no {}/video*)", folder);
  return fmt::format("cameras here: {}", fmt::join(found, ", "));
}

void check_camera(const std::string& device) {
  const OpenDevice camera(device);
  if (!camera.is_open()) refuse(device, reason(errno));
  v4l2_capability capability = {};
  if (!camera.control(VIDIOC_QUERYCAP, &capability)) refuse(device, "it is no camera");
  const uint32_t has =
      (capability.capabilities & V4L2_CAP_DEVICE_CAPS) != 0 ? capability.device_caps : capability.capabilities;
  if ((has & V4L2_CAP_VIDEO_CAPTURE) == 0)
    refuse(device, "it gives no pictures (a camera often has a second such device)");
  // Whoever holds buffers has the camera for himself; opening it says nothing.
  v4l2_requestbuffers buffers = {};
  buffers.count = 1;
  buffers.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  buffers.memory = V4L2_MEMORY_MMAP;
  if (!camera.control(VIDIOC_REQBUFS, &buffers) && errno == EBUSY) refuse(device, reason(EBUSY));
}

}  // namespace fer::live
