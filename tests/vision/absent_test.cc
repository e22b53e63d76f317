// What is built where OpenCV or dlib is not there says so. (In a namespace of its own, beside the functions that can.)
#include "fer/error.h"
#include "fer/face_points.h"
#include "fer/vision.h"
#include "tests/support/message.h"
#include "vision/finder.h"

namespace absent {
using namespace fer;
bool has_opencv();
bool has_dlib();
// The classes and functions that those sources define are declared anew here.
class FacePointFinder {
 public:
  explicit FacePointFinder(const std::string& path);
  ~FacePointFinder();
  FacePointFinder(FacePointFinder&&) noexcept;
  FacePointFinder& operator=(FacePointFinder&&) noexcept;
  std::vector<Point> find(const Image& picture, const Box& box) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};
namespace vision {
using fer::vision::Finder;
}
}  // namespace absent
#define fer absent
#include "vision/dlib_absent.cc"
#include "vision/opencv_absent.cc"
#undef fer

namespace fer {
namespace {

TEST(AbsentVision, IsSaidWithWhatToInstall) {
  EXPECT_FALSE(absent::has_opencv());
  EXPECT_FALSE(absent::has_dlib());
  for (const auto& open : {absent::vision::open_cascade, absent::vision::open_yunet}) {
    expect_contains(message_of([&] { open("", "c.xml", {}); }),
                    "c.xml: this libfer was built without OpenCV, which finds faces by it: apt-get install "
                    "libopencv-objdetect-dev, and build again");
  }
  const std::string dlib = ": this libfer was built without dlib: apt-get install libdlib-dev, and build again";
  EXPECT_EQ(message_of([] { absent::vision::open_dlib({}); }), "dlib" + dlib);
  EXPECT_EQ(message_of([] { absent::FacePointFinder finder("68.dat"); }), "68.dat" + dlib);
}

}  // namespace
}  // namespace fer
