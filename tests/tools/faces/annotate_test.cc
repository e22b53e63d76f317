#include "tools/faces/annotate.h"

#include <gtest/gtest.h>

#include "fer/class_names.h"

namespace fer::cli {
namespace {

Image grey(int64_t height, int64_t width) {
  return {height, width, 1, std::vector<uint8_t>(static_cast<size_t>(height * width), 90)};
}

FacePrediction found(const Box& box, int index, float probability) {
  FacePrediction face = {.face = {.box = box}, .prediction = {}};
  face.prediction.index = index;
  face.prediction.probabilities.assign(7, (1 - probability) / 6);
  face.prediction.probabilities[static_cast<size_t>(index)] = probability;
  return face;
}

Colour at(const Image& image, int64_t x, int64_t y) {
  const uint8_t* p = &image.pixels[static_cast<size_t>(3 * (y * image.width + x))];
  return {p[0], p[1], p[2]};
}

TEST(Annotate, DrawsTheBoxInTheClassesColourAndLeavesTheRest) {
  const FacePrediction face = found({200, 150, 100, 100}, 3, 0.9F);
  const Image drawn = annotated(grey(480, 640), {&face, 1}, fer2013_class_names());
  EXPECT_EQ(drawn.height, 480);
  EXPECT_EQ(drawn.width, 640);
  EXPECT_EQ(at(drawn, 250, 250), class_colour("happy", 3));
  EXPECT_EQ(at(drawn, 250, 200), (Colour{90, 90, 90}));
  EXPECT_EQ(at(drawn, 5, 400), (Colour{90, 90, 90}));
}

// Pixels of a class's colour beside the face.
int64_t pixels_of(const Image& image, const Colour& colour) {
  int64_t count = 0;
  for (int64_t y = 0; y < image.height; ++y) {
    for (int64_t x = 310; x < image.width; ++x) count += at(image, x, y) == colour ? 1 : 0;
  }
  return count;
}

TEST(Annotate, ABarIsAsLongAsItsProbability) {
  const Colour colour = class_colour("sad", 4);
  const FacePrediction half = found({200, 150, 100, 100}, 4, 0.5F), whole = found({200, 150, 100, 100}, 4, 1);
  const auto bar_of = [&](const FacePrediction& face) {
    return static_cast<double>(pixels_of(annotated(grey(480, 640), {&face, 1}, fer2013_class_names()), colour));
  };
  EXPECT_GT(bar_of(half), 50);
  EXPECT_NEAR(bar_of(half) / bar_of(whole), 0.5, 0.07);
  const Image without = annotated(grey(480, 640), {&whole, 1}, fer2013_class_names(), {.bars = false});
  EXPECT_EQ(pixels_of(without, colour), 0);
}

TEST(Annotate, LaysTheEmojiOverTheFaceAndDrawsPointsWithout) {
  FacePrediction face = found({200, 150, 100, 100}, 0, 0.9F);
  face.face.points = {{230, 190}};
  const Image points = annotated(grey(480, 640), {&face, 1}, fer2013_class_names());
  EXPECT_EQ(at(points, 230, 190), (Colour{90, 255, 160}));
  EmojiSet emoji = EmojiSet::drawn(fer2013_class_names());
  const Image covered = annotated(grey(480, 640), {&face, 1}, fer2013_class_names(), {.emoji = &emoji});
  const Colour middle = at(covered, 250, 205);
  EXPECT_GT(middle.red, middle.blue + 80);  // an angry face's skin
}

TEST(Annotate, ASmallPictureIsEnlargedWithItsBoxes) {
  const FacePrediction face = found({10, 10, 30, 30}, 3, 0.9F);
  const Image drawn = annotated(grey(48, 48), {&face, 1}, fer2013_class_names(), {.bars = false});
  EXPECT_EQ(drawn.height, 240);
  EXPECT_EQ(drawn.width, 240);
  EXPECT_GT(at(drawn, 125, 200).red, 200);  // the box's lower edge, between two rows
  EXPECT_EQ(at(drawn, 125, 190), (Colour{90, 90, 90}));
}

TEST(Annotate, BoxesBeyondThePictureAndManyClassesDoNoHarm) {
  std::vector<std::string> names;
  for (int i = 0; i < 40; ++i) names.push_back("class number " + std::to_string(i));
  FacePrediction face = found({-50, -60, 900, 700}, 6, 0.9F);
  face.prediction.probabilities.resize(40, 0.01F);
  EXPECT_EQ(annotated(grey(480, 640), {&face, 1}, names).width, 640);
  EXPECT_EQ(annotated(grey(1, 3000), {&face, 1}, names).height, 1);
  EXPECT_EQ(annotated(grey(480, 640), {}, names).pixels, with_channels(grey(480, 640), 3).pixels);
}

TEST(Annotate, ClassesHaveColoursOfTheirOwn) {
  for (size_t i = 0; i < 8; ++i) {
    for (size_t j = 0; j < i; ++j) {
      EXPECT_NE(class_colour(known_class_names()[i], 0), class_colour(known_class_names()[j], 0)) << i << " " << j;
    }
  }
  EXPECT_EQ(class_colour("Happiness", 0), class_colour("happy", 3));
}

}  // namespace
}  // namespace fer::cli
