#include "tools/live/face_pipeline.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "fer/error.h"
#include "tests/tools/live/two_classes.h"
#include "tests/tools/photos.h"
#include "tools/faces/find_at_size.h"

namespace fer::live {
namespace {

// Blank frames, of which one may be a failure.
class BlankFrames : public FrameSource {
 public:
  explicit BlankFrames(int64_t count, int64_t fails_at = -1) : count_(count), fails_at_(fails_at) {}
  SourceKind kind() const override { return SourceKind::kVideo; }
  std::optional<Frame> next() override {
    if (at_ == fails_at_) throw Error("the film tore");
    if (at_ == count_) return std::nullopt;
    Image picture = {40, 60, 1, std::vector<uint8_t>(2400, 90)};
    picture.pixels[0] = 200;
    return Frame{.picture = std::move(picture), .index = at_++, .read = Clock::now()};
  }
  int64_t given() const { return at_; }

 private:
  const int64_t count_, fails_at_;
  int64_t at_ = 0;
};

class Pipeline : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = test::why_no_faces(); !why.empty()) GTEST_SKIP() << why;
    classifier_.emplace(two_classes(48));
    reader_.emplace(*classifier_, FaceDetector());
  }

  std::optional<Classifier> classifier_;
  std::optional<cli::FaceReader> reader_;
};

TEST_F(Pipeline, GivesEveryFrameInOrderAndSaysInWhichFacesWereLookedFor) {
  BlankFrames frames(7);
  FacePipeline pipeline(frames, *reader_, {.every = 3, .mirrored = true}, 2);
  for (int64_t i = 0; i < 7; ++i) {
    const auto found = pipeline.next();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->frame.index, i);
    EXPECT_EQ(found->detected, i % 3 == 0);
    EXPECT_EQ(found->frame.picture.pixels[59], 200);  // mirrored
  }
  EXPECT_FALSE(pipeline.next());
  EXPECT_FALSE(pipeline.next());
}

TEST_F(Pipeline, AFailureComesAfterTheFramesBeforeIt) {
  BlankFrames frames(9, 2);
  FacePipeline pipeline(frames, *reader_, {}, 5);
  EXPECT_TRUE(pipeline.next());
  EXPECT_TRUE(pipeline.next());
  EXPECT_THROW(pipeline.next(), Error);
}

TEST_F(Pipeline, EndsWhileFramesAreLeftAndDoesNotRunAhead) {
  BlankFrames frames(1000);
  {
    FacePipeline pipeline(frames, *reader_, {}, 2);
    EXPECT_TRUE(pipeline.next());
  }
  EXPECT_LE(frames.given(), 5);
}

TEST_F(Pipeline, AFaceFoundInASmallerPictureHasItsPlaceInTheWholeOne) {
  std::string folder = ::testing::TempDir() + "fer_pipeline_XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  ASSERT_TRUE(test::write_astronaut(folder + "/photo.png"));
  const Image photo = read_image(folder + "/photo.png");
  std::filesystem::remove_all(folder);
  const std::vector<Face> whole = cli::find_at_size(reader_->detector(), photo, 0),
                          small = cli::find_at_size(reader_->detector(), photo, 300);
  ASSERT_EQ(whole.size(), 1u);
  ASSERT_EQ(small.size(), 1u);
  EXPECT_EQ(cli::find_at_size(reader_->detector(), photo, 4000)[0].box, whole[0].box);
  EXPECT_NEAR(static_cast<double>(small[0].box.left), static_cast<double>(whole[0].box.left), 15);
  EXPECT_NEAR(static_cast<double>(small[0].box.top), static_cast<double>(whole[0].box.top), 15);
  EXPECT_NEAR(static_cast<double>(small[0].box.width), static_cast<double>(whole[0].box.width), 20);
}

}  // namespace
}  // namespace fer::live
