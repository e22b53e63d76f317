// Where OpenCV's highgui was not found when this program was built.
#include "tools/live/window.h"

namespace fer::live {

std::unique_ptr<Window> open_window(const std::string&, std::string& why) {
  why = "this fer-live was built without OpenCV's highgui: apt-get install libopencv-highgui-dev, and build again";
  return nullptr;
}

}  // namespace fer::live
