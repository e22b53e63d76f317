// Windows of the backgrounds, in the order in which opencv_traincascade goes through them.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "cascade/scan/packed.h"
#include "fer/cascade.h"

namespace fer::cascade {

// How far the search is: pictures are visited one after another, again and again. In every round over the list windows
// begin one pixel further along the window's first row, then its second, and so on.
struct BackgroundPlace {
  uint64_t picture = 0;  // index in the list
  uint64_t round = 0;
  uint64_t windows = 0;  // of this visit, that are used up

  bool operator==(const BackgroundPlace&) const = default;
};

// The stages so far, ready for windows of any picture.
class WindowTest {
 public:
  WindowTest(int width, int height, const std::vector<HaarFeature>& features, const std::vector<CascadeStage>& stages);

  int width() const { return width_; }
  int height() const { return height_; }
  bool tilted() const { return tilted_; }
  PackedCascade packed(const IntegralLayout& layout) const;
  // Whether a sample passes all stages. A flat one may (as in OpenCV): its value is what it is.
  bool passes(std::span<const uint8_t> pixels) const;

 private:
  int width_, height_;
  const std::vector<HaarFeature>& features_;
  const std::vector<CascadeStage>& stages_;
  bool tilted_ = false;
};

// Goes on from `place`, which is moved behind the last window used, until `wanted` windows pass (their pixels are
// appended to `found`), or (windows found + 1) / windows tried is no more than `least_share`, or every picture has been
// visited with every beginning since this call began. Throws Error where a picture cannot be read. Uses up to
// num_threads() threads; the result is the same for any number.
struct MinedWindows {
  int64_t found = 0, tried = 0;
};
MinedWindows mine(const std::vector<std::string>& files, const WindowTest& test, int64_t wanted, double least_share,
                  BackgroundPlace& place, std::vector<uint8_t>& found, const std::function<void(int64_t)>& progress);

}  // namespace fer::cascade
