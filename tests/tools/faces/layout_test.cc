#include "tools/faces/layout.h"

#include <gtest/gtest.h>

namespace fer::cli {
namespace {

TEST(FaceLayout, APanelLiesToTheRightWhereThereIsRoom) {
  const PictureBox face = {100, 50, 80, 80};
  const PictureBox place = place_panel({.picture = {640, 480}, .faces = {face}, .panels = {}}, face, {120, 90}, 5);
  EXPECT_EQ(place.left, 185);
  EXPECT_EQ(place.top, 50);
}

TEST(FaceLayout, APanelGivesWayToTheEdgeToFacesAndToPanels) {
  const PictureBox at_edge = {540, 50, 80, 80};
  EXPECT_EQ(place_panel({.picture = {640, 480}, .faces = {at_edge}, .panels = {}}, at_edge, {120, 90}, 5).left, 415);
  // To the right is another face, to the left a panel: below.
  const PictureBox face = {280, 100, 80, 80}, neighbour = {380, 60, 120, 160}, panel = {140, 80, 130, 140};
  const PictureBox place =
      place_panel({.picture = {640, 480}, .faces = {face, neighbour}, .panels = {panel}}, face, {95, 90}, 5);
  EXPECT_EQ(place.left, 280);
  EXPECT_EQ(place.top, 185);
}

TEST(FaceLayout, WhateverTheSizesAPanelStaysInThePicture) {
  const PictureBox face = {0, 0, 300, 300};
  const PictureBox place = place_panel({.picture = {300, 300}, .faces = {face}, .panels = {}}, face, {120, 90}, 5);
  EXPECT_GE(place.left, 0);
  EXPECT_LE(place.right(), 300);
  EXPECT_GE(place.top, 0);
  EXPECT_LE(place.bottom(), 300);
}

TEST(FaceLayout, ALabelIsAboveTheFaceOrWithinItAtTheTop) {
  EXPECT_EQ(place_label({200, 200}, {50, 40, 60, 60}, {70, 15}).top, 25);
  EXPECT_EQ(place_label({200, 200}, {50, 5, 60, 60}, {70, 15}).top, 5);
  EXPECT_EQ(place_label({200, 200}, {150, 40, 60, 60}, {70, 15}).left, 130);
}

}  // namespace
}  // namespace fer::cli
