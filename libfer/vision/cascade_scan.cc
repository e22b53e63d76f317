#include "vision/cascade_scan.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "fer/cascade.h"

namespace fer::vision {
namespace {

int as_int(int64_t pixels) { return static_cast<int>(std::min<int64_t>(pixels, std::numeric_limits<int>::max())); }

class ScanFinder : public Finder {
 public:
  ScanFinder(Cascade cascade, const FaceDetectorOptions& options)
      : scanner_(std::move(cascade)),
        options_{.scale_factor = options.scale_factor,
                 .min_neighbours = options.neighbours,
                 .min_width = as_int(options.smallest),
                 .min_height = as_int(options.smallest),
                 .max_width = as_int(options.largest),
                 .max_height = as_int(options.largest)} {}

  std::vector<Face> find(const Image& picture) override {
    std::vector<Face> faces;
    for (const CascadeHit& hit : scanner_.scan(picture, options_)) {
      faces.push_back({.box = hit.box, .score = static_cast<double>(hit.neighbours)});
    }
    return faces;
  }

 private:
  CascadeScanner scanner_;
  ScanOptions options_;
};

}  // namespace

std::unique_ptr<Finder> open_scanned_cascade(const std::string& text, const std::string& path,
                                             const FaceDetectorOptions& options) {
  return std::make_unique<ScanFinder>(parse_cascade(text, path), options);
}

}  // namespace fer::vision
