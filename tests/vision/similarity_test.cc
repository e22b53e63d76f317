// Similarity transforms in closed form, and the parts of a face.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "fer/error.h"
#include "fer/face_points.h"
#include "tests/support/message.h"

namespace fer {
namespace {

void expect_near(const Point& p, const Point& q, double tolerance = 1e-9) {
  EXPECT_NEAR(p.x, q.x, tolerance);
  EXPECT_NEAR(p.y, q.y, tolerance);
}

TEST(Similarity, IsFoundAgainFromWhatItDid) {
  const Similarity made = {2 * std::cos(0.7), 2 * std::sin(0.7), -30, 14};
  const std::vector<Point> from = {{0, 0}, {10, 3}, {-4, 8}, {2.5, -6}};
  std::vector<Point> to;
  for (const Point& p : from) to.push_back(made(p));
  const Similarity found = fit_similarity(from, to);
  EXPECT_NEAR(found.a, made.a, 1e-12);
  EXPECT_NEAR(found.b, made.b, 1e-12);
  EXPECT_NEAR(found.dx, made.dx, 1e-12);
  EXPECT_NEAR(found.dy, made.dy, 1e-12);
  for (const Point& p : from) expect_near(made.inverse()(made(p)), p);
}

TEST(Similarity, TurnsAsThePictureDoes) {
  // A quarter turn that takes x to the right into y down.
  const std::vector<Point> from = {{0, 0}, {1, 0}}, to = {{5, 5}, {5, 7}};
  expect_near(fit_similarity(from, to)({0, 1}), {3, 5});
}

// No other transform comes nearer in the sum of squares.
TEST(Similarity, IsTheNearestWherePointsDoNotFit) {
  const std::vector<Point> from = {{0, 0}, {4, 0}, {2, 5}}, to = {{1, 1}, {5.5, 0.5}, {3, 7}};
  const auto error = [&](const Similarity& s) {
    double sum = 0;
    for (size_t i = 0; i < from.size(); ++i) {
      sum += std::pow(s(from[i]).x - to[i].x, 2) + std::pow(s(from[i]).y - to[i].y, 2);
    }
    return sum;
  };
  const Similarity best = fit_similarity(from, to);
  for (const double step : {-0.01, 0.01}) {
    EXPECT_GT(error({best.a + step, best.b, best.dx, best.dy}), error(best));
    EXPECT_GT(error({best.a, best.b + step, best.dx, best.dy}), error(best));
    EXPECT_GT(error({best.a, best.b, best.dx + step, best.dy}), error(best));
    EXPECT_GT(error({best.a, best.b, best.dx, best.dy + step}), error(best));
  }
}

TEST(Similarity, RefusesPointsThatSayNothing) {
  const std::vector<Point> one = {{1, 1}}, same = {{1, 1}, {1, 1}}, two = {{0, 0}, {1, 1}};
  expect_contains(message_of([&] { fit_similarity(one, one); }), "found 1 and 1 points");
  expect_contains(message_of([&] { fit_similarity(two, one); }), "found 2 and 1 points");
  expect_contains(message_of([&] { fit_similarity(same, two); }), "found all in one");
  expect_contains(message_of([] { (void)Similarity{0, 0, 1, 1}.inverse(); }), "found a = b = 0");
}

TEST(FacePoints, HaveTheirPartsByName) {
  std::vector<Point> points;
  for (int i = 0; i < 68; ++i) points.push_back({static_cast<double>(i), 100});
  const auto first_and_count = [&](const PointRange& range) {
    const auto part = points_of(points, range);
    return std::pair(part.front().x, part.size());
  };
  // Every point belongs to one part.
  double next = 0;
  for (const PointRange& range :
       {kJawPoints, kLeftBrowPoints, kRightBrowPoints, kNosePoints, kLeftEyePoints, kRightEyePoints, kMouthPoints}) {
    EXPECT_EQ(first_and_count(range).first, next);
    next += static_cast<double>(range.count);
  }
  EXPECT_EQ(next, 68);
  const FaceAnchors at = face_anchors(points);
  expect_near(at.left_eye, {38.5, 100});
  expect_near(at.right_eye, {44.5, 100});
  expect_near(at.mouth, {51, 100});
  const std::vector<Point> five = {{1, 2}, {3, 4}, {5, 6}, {7, 8}, {9, 12}};
  expect_near(face_anchors(five).mouth, {8, 10});
  expect_contains(message_of([&] { face_anchors({}); }), "expected 68 or 5, found 0");
  expect_contains(message_of([&] { points_of(five, kJawPoints); }), "found 17 from 0 on of 5");
}

}  // namespace
}  // namespace fer
