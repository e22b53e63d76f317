#include "evaluate/views.h"

#include <gtest/gtest.h>

#include <vector>

#include "fer/error.h"
#include "tests/train/small_run.h"

namespace fer::evaluation {
namespace {

TEST(Views, FlipAddsTheMirrorImage) {
  EXPECT_EQ(views_of({}).size(), 1u);
  ASSERT_EQ(views_of({.flip = true}).size(), 2u);
  EXPECT_EQ(views_of({.flip = true})[0], View{});
  EXPECT_EQ(views_of({.flip = true})[1], View{.mirrored = true});
}

TEST(Views, OfSeveralPicturesEachIsMirrored) {
  const std::vector<uint8_t> picture = {1, 2, 3, 4, 5, 6};
  std::vector<uint8_t> shown(6);
  show({}, Shape({1, 3, 2}), picture, shown);
  EXPECT_EQ(shown, picture);
  show({.mirrored = true}, Shape({1, 3, 2}), picture, shown);
  EXPECT_EQ(shown, (std::vector<uint8_t>{5, 6, 3, 4, 1, 2}));
}

TEST(Views, AMovedPictureRepeatsItsEdge) {
  const std::vector<uint8_t> picture = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  const auto shown = [&](const View& view) {
    std::vector<uint8_t> out(9);
    show(view, Shape({3, 3, 1}), picture, out);
    return out;
  };
  EXPECT_EQ(shown({.down = 1}), (std::vector<uint8_t>{1, 2, 3, 1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(shown({.down = -1}), (std::vector<uint8_t>{4, 5, 6, 7, 8, 9, 7, 8, 9}));
  EXPECT_EQ(shown({.right = 1}), (std::vector<uint8_t>{1, 1, 2, 4, 4, 5, 7, 7, 8}));
  EXPECT_EQ(shown({.right = -1, .mirrored = true}), (std::vector<uint8_t>{3, 3, 2, 6, 6, 5, 9, 9, 8}));
}

TEST(Views, NamesAndTheirViewsAreEachOthers) {
  const std::vector<std::pair<std::string, int64_t>> counts = {
      {"none", 1},  {"flip", 2},       {"five", 5},       {"ten", 10},        {"shifts", 5},      {"shifts+flip", 10},
      {"dense", 1}, {"dense+flip", 2}, {"ten+dense", 12}, {"five+shifts", 9}, {"shifts+dense", 6}};
  for (const auto& [name, count] : counts) {
    EXPECT_EQ(views_name(views_from_name(name)), name);
    EXPECT_EQ(view_count(views_from_name(name)), count) << name;
  }
  EXPECT_EQ(views_name(views_from_name("flip+five")), "ten");
  EXPECT_EQ(views_from_name("dense+ten"), (Views{.flip = true, .corners = true, .dense = true}));
  EXPECT_EQ(views_of(views_from_name("dense"))[0].part, Part::kDense);
  for (const char* name : {"", "Ten", "five,dense", "none+flip", "ten+", "+ten"}) {
    EXPECT_NE(message_of([&] {
                views_from_name(name);
              }).find("expected none, or flip, five, ten, shifts and dense joined by '+', found '"),
              std::string::npos);
  }
}

TEST(Views, CornersAreTorchvisionsFiveCrop) {
  const Shape picture({7, 9, 1}), input({4, 6, 1});
  const auto corner = [&](Part part) {
    const data::Crop crop = crop_of(part, picture, input);
    EXPECT_EQ(crop.height, 4);
    EXPECT_EQ(crop.width, 6);
    return std::pair(crop.top, crop.left);
  };
  EXPECT_EQ(corner(Part::kTopLeft), std::pair(int64_t{0}, int64_t{0}));
  EXPECT_EQ(corner(Part::kTopRight), std::pair(int64_t{0}, int64_t{3}));
  EXPECT_EQ(corner(Part::kBottomLeft), std::pair(int64_t{3}, int64_t{0}));
  EXPECT_EQ(corner(Part::kBottomRight), std::pair(int64_t{3}, int64_t{3}));
  EXPECT_EQ(corner(Part::kCentre), std::pair(int64_t{2}, int64_t{2}));  // a half rounded to even
}

TEST(Views, LandmarksHaveOne) {
  EXPECT_EQ(message_of([] { refuse_views_of_numbers({}); }), "");
  EXPECT_EQ(message_of([] { refuse_views_of_numbers({.flip = true}); }), "flip: expected pictures, found landmarks");
}

}  // namespace
}  // namespace fer::evaluation
