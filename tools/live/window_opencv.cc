// A window by OpenCV's highgui, which stands on Qt or GTK.
#include <dlfcn.h>

#include <cstdlib>
#include <opencv2/highgui.hpp>

#include "fer/error.h"
#include "tools/live/window.h"

namespace fer::live {
namespace {

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

// Qt ends the program where the display does not answer, and GTK does: so it is asked before, by the library that Qt
// asks it by.
bool x_display_answers() {
  void* library = ::dlopen("libxcb.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return true;  // not known: the window will tell
  using Connect = void* (*)(const char*, int*);
  using HasError = int (*)(void*);
  using Disconnect = void (*)(void*);
  const auto connect = reinterpret_cast<Connect>(::dlsym(library, "xcb_connect"));
  const auto has_error = reinterpret_cast<HasError>(::dlsym(library, "xcb_connection_has_error"));
  const auto disconnect = reinterpret_cast<Disconnect>(::dlsym(library, "xcb_disconnect"));
  bool answers = true;
  if (connect != nullptr && has_error != nullptr && disconnect != nullptr) {
    void* connection = connect(nullptr, nullptr);
    answers = has_error(connection) == 0;
    disconnect(connection);
  }
  ::dlclose(library);
  return answers;
}

class OpenCvWindow : public Window {
 public:
  explicit OpenCvWindow(const std::string& title) : title_(title) {
    cv::namedWindow(title_, cv::WINDOW_NORMAL | cv::WINDOW_KEEPRATIO | cv::WINDOW_GUI_NORMAL);
  }
  ~OpenCvWindow() override {
    try {
      cv::destroyWindow(title_);
    } catch (const cv::Exception&) {
      // The user has closed it.
    }
  }

  void show(const Image& frame) override {
    cv::Mat mat(static_cast<int>(frame.height), static_cast<int>(frame.width), CV_8UC3);
    for (size_t i = 0; i + 2 < frame.pixels.size(); i += 3) {
      mat.data[i] = frame.pixels[i + 2];
      mat.data[i + 1] = frame.pixels[i + 1];
      mat.data[i + 2] = frame.pixels[i];
    }
    if (!sized_) cv::resizeWindow(title_, mat.cols, mat.rows);
    sized_ = true;
    cv::imshow(title_, mat);
  }

  Key wait(int milliseconds) override {
    // (Without an end waitKey does not see that the window is closed.)
    constexpr int kSlice = 100;
    do {
      const int key = cv::waitKey(milliseconds == 0 ? kSlice : milliseconds);
      constexpr int kEscape = 27;
      if (key == 'q' || key == 'Q' || key == kEscape || is_closed()) return Key::kQuit;
      if (key >= 0) return Key::kOther;
    } while (milliseconds == 0);
    return Key::kNone;
  }

 private:
  bool is_closed() const { return sized_ && cv::getWindowProperty(title_, cv::WND_PROP_VISIBLE) < 1; }

  const std::string title_;
  bool sized_ = false;
};

}  // namespace

std::unique_ptr<Window> open_window(const std::string& title, std::string& why) {
  if (!is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY")) {
    why = "there is no display (DISPLAY is not set)";
    return nullptr;
  }
  if (is_set("DISPLAY") && !x_display_answers()) {
    why = "the display " + std::string(std::getenv("DISPLAY")) + " does not answer";
    return nullptr;
  }
  try {
    return std::make_unique<OpenCvWindow>(title);
  } catch (const cv::Exception& error) {
    why = "OpenCV cannot open a window: " + error.err;
    return nullptr;
  }
}

}  // namespace fer::live
