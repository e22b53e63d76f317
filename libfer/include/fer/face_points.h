// Points of a face, and pictures of it brought to one place, size and angle by them. In the library fer_vision
// (component `vision`, target fer::vision).
//
//   const fer::FaceDetector detector;
//   const fer::FacePointFinder finder("shape_predictor_68_face_landmarks.dat");
//   const fer::Face face = detector.find(photo).at(0);
//   const fer::Image aligned = fer::aligned_face(photo, finder.find(photo, face.box), 48);
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fer/export.h"
#include "fer/image.h"
#include "fer/vision.h"

namespace FER_PUBLIC fer {

// Which of the 68 points of Multi-PIE and iBUG 300-W (Sagonas et al. 2013) belong to a part of the face. Left and right
// are those of the picture.
struct PointRange {
  int64_t first = 0, count = 0;
};
inline constexpr int64_t kFacePoints = 68;
inline constexpr PointRange kJawPoints = {0, 17};       // from the left ear over the chin to the right one
inline constexpr PointRange kLeftBrowPoints = {17, 5};  // from the outer end inwards
inline constexpr PointRange kRightBrowPoints = {22, 5};
inline constexpr PointRange kNosePoints = {27, 9};     // down the bridge, then the nostrils from the left
inline constexpr PointRange kLeftEyePoints = {36, 6};  // around the lids
inline constexpr PointRange kRightEyePoints = {42, 6};
inline constexpr PointRange kMouthPoints = {48, 20};  // 12 around the lips, 8 within
// The points of a range; `points` are 68.
std::span<const Point> points_of(std::span<const Point> points, const PointRange& range);

// Finds 68 points of a face by dlib's shape predictor (Kazemi and Sullivan 2014).
class FacePointFinder {
 public:
  // A predictor of 68 points, such as shape_predictor_68_face_landmarks.dat of Debian's package libdlib-data, whose
  // training data (iBUG 300-W) are not for commercial use. Throws Error naming the file where it is none, and where
  // fer_vision was built without dlib.
  explicit FacePointFinder(const std::string& path);
  ~FacePointFinder();
  FacePointFinder(FacePointFinder&&) noexcept;
  FacePointFinder& operator=(FacePointFinder&&) noexcept;

  // 68 points, which may lie outside of the picture. The predictor was made for boxes of dlib's detector; those of
  // cascades do too. Safe to call from many threads. Throws Error for an Image that is none or a box without pixels.
  std::vector<Point> find(const Image& picture, const Box& box) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Where a face's eyes and mouth are.
struct FaceAnchors {
  Point left_eye, right_eye, mouth;
};
// Of 68 points (eyes: the mean of their lids; mouth: the middle between its corners) or 5 (YuNet's: eyes, nose, corners
// of the mouth). Throws Error for another number.
FaceAnchors face_anchors(std::span<const Point> points);

// A similarity transform: (x, y) becomes (a x - b y + dx, b x + a y + dy). It turns, scales and moves.
struct Similarity {
  double a = 1, b = 0, dx = 0, dy = 0;
  Point operator()(const Point& p) const { return {a * p.x - b * p.y + dx, b * p.x + a * p.y + dy}; }
  // The way back. Throws Error where a and b are 0.
  Similarity inverse() const;
};

// The similarity transform that brings `from` nearest to `to`, in the sum of squared distances, in closed form (Umeyama
// 1991, without reflections). Throws Error unless both have the same number of points, at least two, and those of
// `from` are not all in one place.
Similarity fit_similarity(std::span<const Point> from, std::span<const Point> to);

// A picture of height x width whose pixel at p is the given picture's at place(p), interpolated bilinearly between the
// four pixels around it; outside, the edge repeats. Throws Error for an Image that is none, a size below 1 or above 100
// million pixels, and a transform that is not finite.
Image warped(const Image& picture, const Similarity& place, int64_t height, int64_t width);

// Where eyes and mouth go in an aligned picture, as shares of its side. The default is where they lie in fer2013's
// faces, in the median, made symmetric (docs/faces.md).
struct AlignmentTemplate {
  Point left_eye = {0.314, 0.395}, right_eye = {0.686, 0.395}, mouth = {0.5, 0.78};
};

// The face, size x size, in the picture's channels: turned, scaled and moved so that eyes and mouth come nearest to the
// template. Where the face is larger than that, it is first warped to a multiple of the size, of which areas are then
// averaged. Throws Error as face_anchors, fit_similarity and warped do.
Image aligned_face(const Image& picture, std::span<const Point> points, int64_t size,
                   const AlignmentTemplate& positions = {});

}  // namespace fer
