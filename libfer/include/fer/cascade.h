// Cascades of Haar features (P. Viola, M. Jones: Rapid Object Detection using a Boosted Cascade of Simple Features,
// 2001; R. Lienhart, J. Maydt: An Extended Set of Haar-like Features for Rapid Object Detection, 2002): read and
// written in OpenCV's formats, and the scan of a picture by one.
//
//   fer::CascadeScanner scanner(fer::read_cascade("haarcascade_frontalface_default.xml"));
//   for (const fer::CascadeHit& hit : scanner.scan(fer::read_image("people.jpg"))) {
//     std::printf("%ld %ld\n", hit.box.left, hit.box.top);
//   }
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fer/box.h"
#include "fer/export.h"
#include "fer/image.h"

namespace FER_PUBLIC fer {

// A rectangle of a feature, in pixels of the window. Upright: [x, x + width) by [y, y + height). Tilted by 45 degrees:
// the pixel (x - 1, y) is the topmost, from which `width` goes down to the right and `height` down to the left; it
// holds twice as many pixels as an upright one.
struct HaarRectangle {
  int x = 0, y = 0, width = 0, height = 0;
  float weight = 0;

  bool operator==(const HaarRectangle&) const = default;
};

// Its value is the sum over its two or three rectangles of weight times the sum of pixels, divided by the window's
// area times the standard deviation of its pixels, both without the window's outermost pixels.
struct HaarFeature {
  std::vector<HaarRectangle> rectangles;
  bool tilted = false;

  bool operator==(const HaarFeature&) const = default;
};

// Where the feature's value is below the threshold, on to `left`, else to `right`: above 0 a node of the same tree, of
// a higher index than this one; else the leaf of the index -left.
struct HaarNode {
  int left = 0, right = -1;
  int feature = 0;  // of Cascade::features
  float threshold = 0;

  bool operator==(const HaarNode&) const = default;
};

// A weak classifier: one node and two leaves (a stump) or more. Begins at node 0.
struct HaarTree {
  std::vector<HaarNode> nodes;
  std::vector<float> leaves;

  bool operator==(const HaarTree&) const = default;
};

// A window passes where the trees' leaves sum to at least `threshold` - 0.00001 (as in OpenCV).
struct CascadeStage {
  float threshold = 0;
  std::vector<HaarTree> trees;

  bool operator==(const CascadeStage&) const = default;
};

// AdaBoost as OpenCV names its kinds (J. Friedman, T. Hastie, R. Tibshirani: Additive Logistic Regression, 2000):
// "DAB" discrete, "RAB" real, "LB" LogitBoost, "GAB" gentle.
enum class BoostType { kDiscrete, kReal, kLogit, kGentle };
// The features to choose from: BASIC has upright ones of two and three stripes and of four fields, CORE also those of
// four stripes and of a centre, ALL also tilted ones.
enum class HaarMode { kBasic, kCore, kAll };

// "GAB" and so on, as in files.
const char* boost_type_name(BoostType type);
const char* haar_mode_name(HaarMode mode);

// How a cascade was trained, as its file says. A file of the old form does not.
struct CascadeParameters {
  BoostType boost = BoostType::kGentle;
  HaarMode mode = HaarMode::kBasic;
  double min_hit_rate = 0.995, max_false_alarm = 0.5;  // of a stage
  double weight_trim_rate = 0.95;
  int max_depth = 1, max_weak_count = 100;  // of a tree; of a stage

  bool operator==(const CascadeParameters&) const = default;
};

struct Cascade {
  int width = 0, height = 0;  // of the window, in pixels
  std::vector<HaarFeature> features;
  std::vector<CascadeStage> stages;
  CascadeParameters parameters = {};

  bool operator==(const Cascade&) const = default;
};

// Reads a cascade of Haar features in either of OpenCV's XML forms: <cascade type_id="opencv-cascade-classifier">,
// which OpenCV 2 and later write, or type_id="opencv-haar-classifier" of before. Throws Error (file, line, what was
// expected and found) on anything else: other features (LBP, HOG), a tree of stages, a rectangle outside the window, an
// index of nothing, numbers that are not finite; more than 32 MiB.
Cascade read_cascade(const std::string& path);
// The same of a file's text. `name` stands for it in messages.
Cascade parse_cascade(std::string_view text, const std::string& name = "cascade");

// The cascade in the newer XML form, which OpenCV 2 to 4 read. Throws Error where it is none that parse_cascade would
// accept.
std::string cascade_xml(const Cascade& cascade);

// How a picture is scanned; names and defaults are those of OpenCV's detectMultiScale.
struct ScanOptions {
  double scale_factor = 1.1;  // above 1: how much larger the next window is
  // How many windows must have found a box beyond the first. 0: every window is returned, ungrouped.
  int min_neighbours = 3;
  int min_width = 0, min_height = 0;  // windows below are left out
  int max_width = 0, max_height = 0;  // windows above are left out; 0: the picture's size
};

struct CascadeHit {
  Box box;             // within the picture
  int neighbours = 1;  // the number of windows that were joined

  bool operator==(const CascadeHit&) const = default;
};

// Scans pictures for what a cascade was trained to find. The windows, the arithmetic and the grouping are those of
// OpenCV 4.6's detectMultiScale: the same boxes come out, though in an order of our own (by size, then from the top).
// It may be used from many threads at once. The result is the same for any number of threads.
class CascadeScanner {
 public:
  // Throws Error as cascade_xml does, and where there is no stage.
  explicit CascadeScanner(Cascade cascade);
  ~CascadeScanner();
  CascadeScanner(CascadeScanner&&) noexcept;
  CascadeScanner& operator=(CascadeScanner&&) noexcept;

  const Cascade& cascade() const;

  // The boxes found in a grey or RGB picture, of which the grey values are taken as OpenCV does. Throws Error where an
  // option is out of its range or the picture is none.
  std::vector<CascadeHit> scan(const Image& picture, const ScanOptions& options = {}) const;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

// Joins boxes of about the same place and size, as OpenCV's groupRectangles does with eps 0.2: boxes whose four sides
// are within 0.2 times their mean size of one another belong together, and so do those that a chain of such joins. Of
// groups with more than `min_neighbours` boxes, the mean of each is returned, unless it lies within that of a stronger
// one. 0: the boxes as they are.
std::vector<CascadeHit> group_boxes(const std::vector<Box>& boxes, int min_neighbours);

}  // namespace fer
