#include "tools/live/face_tracker.h"

#include <gtest/gtest.h>

#include "tests/tools/live/two_classes.h"

namespace fer::live {
namespace {

const Classifier& happy_or_sad() {
  static const Classifier classifier = two_classes(4);
  return classifier;
}

cli::FacePrediction face(const Box& box, float happy) {
  return {{.box = box}, {.index = happy > 0.5F ? 0 : 1, .label = "", .probabilities = {happy, 1 - happy}}};
}

TEST(FaceTracker, AFaceKeepsItsNumberWhileItMovesWhateverTheOrder) {
  FaceTracker tracker(happy_or_sad(), 0);
  auto tracked = tracker.update({face({0, 0, 50, 50}, 0.9F), face({200, 0, 50, 50}, 0.1F)});
  EXPECT_EQ(tracked[0].id, 1);
  EXPECT_EQ(tracked[1].id, 2);
  tracked = tracker.update({face({195, 5, 50, 50}, 0.1F), face({8, 0, 50, 50}, 0.9F), face({400, 0, 50, 50}, 0.5F)});
  EXPECT_EQ(tracked[0].id, 2);
  EXPECT_EQ(tracked[1].id, 1);
  EXPECT_EQ(tracked[2].id, 3);
}

TEST(FaceTracker, TheNearerFaceGetsTheNumber) {
  FaceTracker tracker(happy_or_sad(), 0);
  tracker.update({face({0, 0, 50, 50}, 0.9F)});
  const auto tracked = tracker.update({face({20, 0, 50, 50}, 0.9F), face({2, 0, 50, 50}, 0.9F)});
  EXPECT_EQ(tracked[0].id, 2);
  EXPECT_EQ(tracked[1].id, 1);
}

TEST(FaceTracker, SmoothingIsTheExponentialMeanAndOffShowsRawFigures) {
  FaceTracker smooth(happy_or_sad(), 0.75), raw(happy_or_sad(), 0);
  const Box box = {0, 0, 50, 50};
  float mean = 0.8F;
  smooth.update({face(box, 0.8F)});
  raw.update({face(box, 0.8F)});
  for (const float happy : {0.2F, 0.4F, 0.0F}) {
    mean = 0.75F * mean + 0.25F * happy;
    const auto tracked = smooth.update({face(box, happy)});
    EXPECT_NEAR(tracked[0].found.prediction.probabilities[0], mean, 1e-6);
    EXPECT_EQ(tracked[0].found.prediction.label, mean > 0.5F ? "happy" : "sad");
    EXPECT_EQ(raw.update({face(box, happy)})[0].found.prediction.probabilities[0], happy);
  }
}

TEST(FaceTracker, AFaceThatIsGoneForAMomentIsTheSameAndLaterANewOne) {
  FaceTracker tracker(happy_or_sad(), 0.5);
  const Box box = {0, 0, 50, 50};
  tracker.update({face(box, 1)});
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(tracker.update({}).empty());
  EXPECT_EQ(tracker.update({face(box, 1)})[0].id, 1);
  for (int i = 0; i < 16; ++i) tracker.update({});
  EXPECT_EQ(tracker.update({face(box, 1)})[0].id, 2);
}

}  // namespace
}  // namespace fer::live
