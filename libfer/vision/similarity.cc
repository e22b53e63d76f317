#include <fmt/format.h>

#include "fer/error.h"
#include "fer/face_points.h"

namespace fer {
namespace {

Point mean(std::span<const Point> points) {
  Point sum;
  for (const Point& p : points) sum = {sum.x + p.x, sum.y + p.y};
  const auto n = static_cast<double>(points.size());
  return {sum.x / n, sum.y / n};
}

Point middle(const Point& p, const Point& q) { return {(p.x + q.x) / 2, (p.y + q.y) / 2}; }

}  // namespace

std::span<const Point> points_of(std::span<const Point> points, const PointRange& range) {
  if (points.size() != static_cast<size_t>(kFacePoints) || range.first < 0 || range.count < 0 ||
      range.first > kFacePoints || range.count > kFacePoints - range.first) {
    throw Error(fmt::format("points: expected a range of {} points, found {} from {} on of {}", kFacePoints,
                            range.count, range.first, points.size()));
  }
  return points.subspan(static_cast<size_t>(range.first), static_cast<size_t>(range.count));
}

FaceAnchors face_anchors(std::span<const Point> points) {
  if (points.size() == 5) return {points[0], points[1], middle(points[3], points[4])};
  if (points.size() != static_cast<size_t>(kFacePoints)) {
    throw Error(fmt::format("points of a face: expected {} or 5, found {}", kFacePoints, points.size()));
  }
  const auto mouth = points_of(points, kMouthPoints);
  return {mean(points_of(points, kLeftEyePoints)), mean(points_of(points, kRightEyePoints)),
          middle(mouth[0], mouth[6])};
}

Similarity Similarity::inverse() const {
  const double square = a * a + b * b;
  if (!(square > 0)) throw Error("similarity transform: expected one with a way back, found a = b = 0");
  const Similarity turned = {a / square, -b / square, 0, 0};
  const Point moved = turned({dx, dy});
  return {turned.a, turned.b, -moved.x, -moved.y};
}

Similarity fit_similarity(std::span<const Point> from, std::span<const Point> to) {
  if (from.size() != to.size() || from.size() < 2) {
    throw Error(fmt::format("similarity transform: expected two or more pairs of points, found {} and {} points",
                            from.size(), to.size()));
  }
  const Point p0 = mean(from), q0 = mean(to);
  double square = 0, along = 0, across = 0;
  for (size_t i = 0; i < from.size(); ++i) {
    const Point p = {from[i].x - p0.x, from[i].y - p0.y}, q = {to[i].x - q0.x, to[i].y - q0.y};
    square += p.x * p.x + p.y * p.y;
    along += p.x * q.x + p.y * q.y;
    across += p.x * q.y - p.y * q.x;
  }
  if (!(square > 0)) throw Error("similarity transform: expected points in different places, found all in one");
  Similarity found = {along / square, across / square, 0, 0};
  const Point moved = found(p0);
  found.dx = q0.x - moved.x;
  found.dy = q0.y - moved.y;
  return found;
}

}  // namespace fer
