// What is built where OpenCV or dlib is not there says so. (In a namespace of its own, beside the functions that can.)
#include <algorithm>
#include <tuple>
#include <vector>

#include "fer/error.h"
#include "fer/face_points.h"
#include "fer/vision.h"
#include "tests/support/message.h"
#include "tests/vision/cascade_text.h"
#include "tests/vision/pictures.h"
#include "vision/cascade_scan.h"
#include "vision/finder.h"

namespace absent {
using namespace fer;
bool has_opencv();
bool has_dlib();
namespace vision {
using fer::vision::Finder;
using fer::vision::open_scanned_cascade;
using fer::vision::PointFinder;
}  // namespace vision
}  // namespace absent
#define fer absent
#include "vision/dlib_absent.cc"
#include "vision/opencv_absent.cc"
#undef fer

namespace fer {
namespace {

std::vector<Face> sorted_faces(std::vector<Face> faces) {
  std::sort(faces.begin(), faces.end(), [](const Face& a, const Face& b) {
    return std::tuple(a.box.top, a.box.left, a.box.width) < std::tuple(b.box.top, b.box.left, b.box.width);
  });
  return faces;
}

TEST(AbsentVision, IsSaidWithWhatToInstall) {
  EXPECT_FALSE(absent::has_opencv());
  EXPECT_FALSE(absent::has_dlib());
  const std::string opencv = ": apt-get install libopencv-objdetect-dev, and build again";
  EXPECT_EQ(message_of([] { absent::vision::open_cascade("<a><featureType>LBP</featureType></a>", "c.xml", {}); }),
            "c.xml: this libfer was built without OpenCV, which runs cascades of LBP features" + opencv);
  EXPECT_EQ(message_of([] { absent::vision::open_yunet("", "y.onnx", {}); }),
            "y.onnx: this libfer was built without OpenCV, which runs YuNet" + opencv);
  const std::string dlib = ": this libfer was built without dlib: apt-get install libdlib-dev, and build again";
  EXPECT_EQ(message_of([] { absent::vision::open_dlib({}); }), "dlib" + dlib);
  EXPECT_EQ(message_of([] { absent::vision::open_points("68.dat"); }), "68.dat" + dlib);
}

// The same faces as with OpenCV, in both forms of files.
TEST(AbsentVision, CascadesAreScannedByLibferItself) {
  const Image picture = blots(60, 80, 3);
  const FaceDetectorOptions options = {.scale_factor = 1.2, .neighbours = 0};
  for (const std::string& text : {new_cascade(), old_cascade()}) {
    const std::vector<Face> ours = sorted_faces(absent::vision::open_cascade(text, "c.xml", options)->find(picture));
    EXPECT_GT(ours.size(), 10u);
    if (!has_opencv()) continue;
    const std::vector<Face> theirs = sorted_faces(vision::open_cascade(text, "c.xml", options)->find(picture));
    ASSERT_EQ(ours.size(), theirs.size());
    for (size_t i = 0; i < ours.size(); ++i) EXPECT_EQ(ours[i].box, theirs[i].box);
  }
  expect_contains(message_of([&] { absent::vision::open_cascade("<a/>", "c.xml", options); }), "c.xml");
}

}  // namespace
}  // namespace fer
