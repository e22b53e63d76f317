// What finds faces: one of these for each kind of detector.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fer/vision.h"

namespace fer::vision {

class Finder {
 public:
  virtual ~Finder() = default;
  // The faces, in any order; those of dlib in the order of FaceDetector::find. Called by one thread at a time.
  virtual std::vector<Face> find(const Image& picture) = 0;
};

// The content of `path` is that of a cascade, in `text`. Throws Error naming the file.
std::unique_ptr<Finder> open_cascade(const std::string& text, const std::string& path,
                                     const FaceDetectorOptions& options);
// `model`: the file's bytes.
std::unique_ptr<Finder> open_yunet(const std::string& model, const std::string& path,
                                   const FaceDetectorOptions& options);
std::unique_ptr<Finder> open_dlib(const FaceDetectorOptions& options);

// What FacePointFinder stands on. Called by many threads at once.
class PointFinder {
 public:
  virtual ~PointFinder() = default;
  // 68 points; picture and box are sound.
  virtual std::vector<Point> find(const Image& picture, const Box& box) const = 0;
};
std::unique_ptr<PointFinder> open_points(const std::string& path);

}  // namespace fer::vision
