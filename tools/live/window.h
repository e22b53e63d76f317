// A window with the frames.
#pragma once

#include <memory>
#include <string>

#include "fer/image.h"

namespace fer::live {

enum class Key { kNone, kQuit, kOther };

class Window {
 public:
  virtual ~Window() = default;
  // Shows an RGB picture.
  virtual void show(const Image& frame) = 0;
  // What was pressed within so many milliseconds: q, Escape, or the window was closed (kQuit), another key, or nothing.
  // 0: waits until something is.
  virtual Key wait(int milliseconds) = 0;
};

// Nothing where no display answers, or without OpenCV's highgui; `why` then says so.
std::unique_ptr<Window> open_window(const std::string& title, std::string& why);

}  // namespace fer::live
