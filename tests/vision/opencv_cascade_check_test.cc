// Cascades that OpenCV would read memory by that is not theirs, run for ever by, or read as something else.
#ifdef FER_HAS_OPENCV
#include <gtest/gtest.h>

#include <string>

#include "fer/error.h"
#include "fer/vision.h"
#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"
#include "tests/vision/cascade_text.h"
#include "tests/vision/pictures.h"

namespace fer {
namespace {

class CascadeCheck : public ::testing::Test {
 protected:
  std::string refusal(const std::string& text) const {
    put(path_, text);
    return message_of([&] { FaceDetector detector({.detector = path_}); });
  }
  void expect_refused(const std::string& text, const std::string& from, const std::string& to,
                      const std::string& reason) const {
    expect_contains(refusal(with(text, from, to)), "c.xml" + reason);
  }

  TemporaryFolder folder_;
  std::string path_ = folder_ / "c.xml";
};

TEST_F(CascadeCheck, RefusesNodesLeavesAndFeaturesThatAreNotThere) {
  const std::string good = new_cascade();
  expect_refused(good, "0 -1 0 1.0e-02", "0 -1 7 1.0e-02", ", stage 0, tree 0: expected a feature of 0 to 1, found 7");
  expect_refused(good, "0 -1 0 1.0e-02", "0 -1 -1 1.0e-02",
                 ", stage 0, tree 0: expected a feature of 0 to 1, found -1");
  expect_refused(good, "0 -1 0 1.0e-02", "0 -5 0 1.0e-02", ", stage 0, tree 0: leads to leaf 5, which is not there");
  expect_refused(good, "0 -1 0 1.0e-02", "3 -1 0 1.0e-02", ", stage 0, tree 0: leads to node 3, which is not there");
  expect_refused(good, "-1. 1.", "-1. 1. 2.", ", stage 0, tree 0: expected 2 leaves for 1 nodes, found 3");
  expect_refused(good, "0 -1 0 1.0e-02", "0 -1 0",
                 ", stage 0, tree 0: <internalNodes>: expected 4 numbers for each node, found 3");
  expect_refused(good, "0 -1 0 1.0e-02", "0 1e99 0 1.0", ", stage 0, tree 0: expected a node's number, found 1e+99");
}

TEST_F(CascadeCheck, RefusesTreesWithoutEnd) {
  expect_refused(new_cascade(), "1 0 1 -2.0e-02 -1 -2", "1 0 1 -2.0e-02 1 -2",
                 ", stage 0, tree 1: node 1 is reached in two ways: no tree");
  expect_refused(old_cascade(), "<left_val>0.5</left_val>", "<left_node>1</left_node>",
                 ", stage 0, tree 1: expected 3 ");
}

TEST_F(CascadeCheck, RefusesRectanglesOutsideTheWindow) {
  const std::string beyond = ": expected a rectangle within the window of 20 x 20, found 2 4 19 8";
  expect_refused(new_cascade(), "2 4 16 8 -1.", "2 4 19 8 -1.", ", feature 0, rectangle 0" + beyond);
  expect_refused(old_cascade(), "2 4 16 8 -1.", "2 4 19 8 -1.", ", stage 0, tree 0, node 0, rectangle 0" + beyond);
  // Tilted ones reach to the left by their height.
  expect_refused(new_cascade(), "10 2 6 6 -1.", "5 2 6 6 -1.", ", feature 1, rectangle 0: expected a tilted rectangle");
  expect_refused(new_cascade(), "2 4 16 8 -1.", "2 4 0 8 -1.", ", feature 0, rectangle 0: expected a rectangle within");
  expect_refused(new_cascade(), "2 4 16 8 -1.", "2 4 16 8", ", feature 0, rectangle 0: expected 5 numbers");
  expect_refused(new_cascade(), "<rects><_>2 4 16 8 -1.</_><_>2 8 16 4 2.</_></rects>", "<rects>7</rects>",
                 ", feature 0: expected a list of rectangles");
}

TEST_F(CascadeCheck, SaysWhatOpencvDoesNotRun) {
  const std::string good = new_cascade();
  expect_refused(good, "HAAR", "HOG", ": <featureType>: expected HAAR or LBP, which OpenCV 4 runs, found HOG");
  expect_refused(good, "BOOST", "FOREST", ": <stageType>: expected BOOST, found FOREST");
  expect_refused(good, "<maxCatCount>0", "<maxCatCount>9", ": <maxCatCount>: expected 0 for HAAR, found 9");
  expect_refused(good, "<width>20", "<width>0", ": <width>: expected a whole number of 1 to 1000, found 0");
  expect_refused(good, "<width>20", "<width>wide", ": <width>: expected a number");
  expect_refused(old_cascade(), "<next>-1", "<next>1", ", stage 0: expected stages in a chain, found a tree of stages");
  expect_refused(old_cascade(), "20 20", "20", ": ");
  expect_contains(refusal("<?xml version=\"1.0\"?>\n<opencv_storage><a>1</a></opencv_storage>\n"), "found neither");
  expect_contains(refusal("<html><body>404</body></html>"), "c.xml: ");
}

TEST_F(CascadeCheck, RefusesXmlThatIsDeepOrCutOff) {
  std::string deep = "<?xml version=\"1.0\"?>\n<opencv_storage>";
  for (int i = 0; i < 100000; ++i) deep += "<a>";
  EXPECT_EQ(refusal(deep), path_ + ":2: expected at most 32 elements within each other, found more");
  const std::string good = new_cascade();
  for (size_t length = 1; length + 2 < good.size(); length += 37) {
    EXPECT_NE(refusal(good.substr(0, length)), "") << length;
  }
  EXPECT_NE(refusal("<?xml version=\"1.0\"?>\n<opencv_storage><a b=\"<!--\"/></opencv_storage>-->"), "");
}

// Each byte may become another: the file is refused, or what it now says runs.
TEST_F(CascadeCheck, DamagedFilesAreRefusedOrRun) {
  const Image picture = grey_picture(40, 40, 90);
  int refused = 0, ran = 0;
  for (uint32_t i = 0; i < 600; ++i) {
    std::string text = i % 2 == 0 ? new_cascade() : old_cascade();
    const size_t at = (i * 2654435761U >> 7) % text.size();
    text[at] = "0179-<>. /_ax"[i * 7919U % 13];
    put(path_, text);
    try {
      FaceDetector({.detector = path_, .scale_factor = 2}).find(picture);
      ++ran;
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 100);
  EXPECT_GT(ran, 30);
}

}  // namespace
}  // namespace fer
#endif
