// Faces by dlib's detector of frontal faces: histograms of oriented gradients (Felzenszwalb et al. 2010, King 2015).
#include <dlib/image_processing/frontal_face_detector.h>
#include <dlib/image_transforms.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fer/error.h"
#include "vision/check.h"
#include "vision/dlib_picture.h"
#include "vision/finder.h"

namespace fer {

bool has_dlib() { return true; }

namespace vision {
namespace {

class DlibFinder : public Finder {
 public:
  explicit DlibFinder(int upsample) : upsample_(upsample) {}

  std::vector<Face> find(const Image& picture) override {
    if (picture.height * picture.width > kMostPixels >> (2 * upsample_)) {
      throw Error(fmt::format("dlib: a picture of {} x {} pixels, doubled {} times, has more than {} pixels",
                              picture.width, picture.height, upsample_, kMostPixels));
    }
    DlibGrey grey;
    fill_grey(picture, grey);
    dlib::pyramid_down<2> pyramid;
    for (int i = 0; i < upsample_; ++i) dlib::pyramid_up(grey, pyramid);
    std::vector<std::pair<double, dlib::rectangle>> found;
    detector_(grey, found);
    // By the size that it saw: halved, sizes are rounded.
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.second.area() > b.second.area(); });
    std::vector<Face> faces;
    for (const auto& [score, large] : found) {
      const dlib::rectangle box = pyramid.rect_down(large, static_cast<unsigned>(upsample_));
      faces.push_back(
          {.box = {box.left(), box.top(), static_cast<int64_t>(box.width()), static_cast<int64_t>(box.height())},
           .score = score});
    }
    return faces;
  }

 private:
  dlib::frontal_face_detector detector_ = dlib::get_frontal_face_detector();
  int upsample_;
};

}  // namespace

void fill_grey(const Image& picture, DlibGrey& out) {
  const Image grey = with_channels(picture, 1);
  out.set_size(grey.height, grey.width);
  for (int64_t y = 0; y < grey.height; ++y) std::copy_n(&grey.pixels[y * grey.width], grey.width, &out[y][0]);
}

std::unique_ptr<Finder> open_dlib(const FaceDetectorOptions& options) {
  return std::make_unique<DlibFinder>(options.upsample);
}

}  // namespace vision
}  // namespace fer
