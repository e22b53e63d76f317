// Faces in pictures: where they are, and crops of them for a network. These functions are in the library fer_vision,
// beside libfer (component `vision`, target fer::vision): detectors need OpenCV or dlib, which libfer does not use.
//
//   const fer::FaceDetector detector;
//   const fer::Image photo = fer::read_image("photo.jpg");
//   for (const fer::Face& face : detector.find(photo)) {
//     const fer::Image crop = fer::crop_face(photo, face);  // nearly as fer2013's faces were cropped
//   }
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "fer/box.h"
#include "fer/export.h"
#include "fer/image.h"

namespace FER_PUBLIC fer {

// False where fer_vision was built without the library: what needs it then throws Error, which says what to install.
bool has_opencv();
bool has_dlib();

// A place in a picture, in pixels: x to the right, y down; the centre of the top left pixel is at 0, 0.
struct Point {
  double x = 0, y = 0;
  bool operator==(const Point&) const = default;
};

struct Face {
  Box box;
  // How sure the detector is; only to be compared with scores of the same detector. Cascades: how many boxes of the
  // scan were joined in this one (its neighbours). YuNet: 0 to 1. dlib: the margin of its classifier.
  double score = 0;
  // Points of the face where the detector finds them. YuNet: the eyes, the tip of the nose and the corners of the
  // mouth, each time the one to the left in the picture first. Cascades and dlib's detector: none
  // (FacePointFinder, fer/face_points.h, finds 68).
  std::vector<Point> points = {};
};

inline constexpr const char* kDefaultCascade = "haarcascade_frontalface_default";

struct FaceDetectorOptions {
  // One of
  //   a cascade's file, in either XML form of OpenCV, with Haar or LBP features;
  //   the name of a cascade that comes with OpenCV, with or without "haarcascade_" in front and ".xml" behind: looked
  //   for in the folder that the environment variable FER_CASCADES names, and in those of Debian's package opencv-data;
  //   a file of YuNet, an ONNX model for OpenCV's FaceDetectorYN;
  //   "dlib", its detector of frontal faces, which needs no file.
  std::string detector = kDefaultCascade;

  // Cascades: the scan's window grows by this factor (above 1) from size to size.
  double scale_factor = 1.3;
  // Cascades: a face needs this many boxes beside its own at nearly the same place. 0: every box of the scan is a face.
  int neighbours = 5;
  // Only faces whose width and height are at least and at most so many pixels. 0: no such bound of ours (a cascade
  // finds none smaller than its window, dlib none smaller than some 80 pixels).
  int64_t smallest = 0, largest = 0;
  // YuNet: only faces of at least this score, 0 to 1. Faces that overlap by more than `overlap` of their union are one.
  double least_score = 0.9, overlap = 0.3;
  // dlib: doubles the picture so many times, 0 to 4, to find smaller faces.
  int upsample = 0;
};

// The file that a cascade's name stands for (FaceDetectorOptions::detector); a path to a file stays as it is. Throws
// Error naming the folders that were searched.
std::string cascade_file(const std::string& name);

class FaceDetector {
 public:
  // Throws Error: options out of their range, a file that is none of the above (with its reason), a library that
  // fer_vision was built without (with its package).
  explicit FaceDetector(const FaceDetectorOptions& options = {});
  ~FaceDetector();
  FaceDetector(FaceDetector&&) noexcept;
  FaceDetector& operator=(FaceDetector&&) noexcept;

  // The faces, the largest first; of equal sizes the one of the higher score first. The boxes of a cascade are those
  // of OpenCV's detectMultiScale with the same settings on the picture made grey by OpenCV's cvtColor; boxes of YuNet
  // and dlib may reach out of the picture. Grey or RGB. Safe to call from many threads at once; each then takes memory
  // of its own for the detector. Throws Error for an Image that is none.
  std::vector<Face> find(const Image& picture) const;

  // "cascade", "yunet" or "dlib".
  const std::string& kind() const;
  // The file that was loaded; empty for dlib.
  const std::string& path() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// What a crop has of the picture around a box, on each side, as a share of the box's width (left, right) and height
// (top, bottom). Negative: less than the box.
struct CropMargins {
  double left = 0, top = 0, right = 0, bottom = 0;
  bool operator==(const CropMargins&) const = default;
};

struct CropOptions {
  // The default was measured to suit models trained on fer2013, whose faces were cropped nearly so (docs/faces.md).
  CropMargins margins = {0.05, 0.05, 0.05, 0.05};
  // Makes the shorter side as long as the longer one, about the same centre: a network's square input then shows no
  // stretched face.
  bool square = true;
  // Turns the picture about the crop's centre until the eyes are level, where the face has points (5 of YuNet, 68 of
  // FacePointFinder).
  bool upright = false;
};

// The box of a crop: `box` with its margins, rounded to whole pixels, at least one pixel. It may reach out of the
// picture.
Box crop_box(const Box& box, const CropOptions& options = {});

// The part of the picture in crop_box(face.box), in the picture's channels. What lies outside the picture repeats its
// edge. Turned upright, pixels are interpolated bilinearly; else they are copied. Throws Error for an Image that is
// none, for a box without pixels, and for a crop above 100 million pixels.
Image crop_face(const Image& picture, const Face& face, const CropOptions& options = {});
inline Image crop_face(const Image& picture, const Box& box, const CropOptions& options = {}) {
  return crop_face(picture, Face{.box = box}, options);
}

}  // namespace fer
