// Boxes of about the same place and size become one.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "cascade/scan/grey.h"
#include "fer/cascade.h"

namespace fer {
namespace {

constexpr double kEps = 0.2;

bool similar(const Box& a, const Box& b) {
  const double delta = kEps * static_cast<double>(std::min(a.width, b.width) + std::min(a.height, b.height)) * 0.5;
  const auto close = [&](int64_t i, int64_t j) { return static_cast<double>(std::abs(i - j)) <= delta; };
  return close(a.left, b.left) && close(a.top, b.top) && close(a.left + a.width, b.left + b.width) &&
         close(a.top + a.height, b.top + b.height);
}

// For each box the least index among those that a chain of similar ones joins it with.
class Groups {
 public:
  explicit Groups(size_t size) : above_(size) { std::iota(above_.begin(), above_.end(), size_t{0}); }
  size_t root(size_t i) {
    while (above_[i] != i) i = above_[i] = above_[above_[i]];
    return i;
  }
  void join(size_t a, size_t b) {
    a = root(a);
    b = root(b);
    above_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<size_t> above_;
};

// The mean of each group, in the order of their first boxes.
std::vector<CascadeHit> means(const std::vector<Box>& boxes, Groups& groups) {
  std::vector<CascadeHit> sums(boxes.size(), CascadeHit{.box = {}, .neighbours = 0});
  for (size_t i = 0; i < boxes.size(); ++i) {
    CascadeHit& sum = sums[groups.root(i)];
    sum.box = {sum.box.left + boxes[i].left, sum.box.top + boxes[i].top, sum.box.width + boxes[i].width,
               sum.box.height + boxes[i].height};
    ++sum.neighbours;
  }
  std::erase_if(sums, [](const CascadeHit& sum) { return sum.neighbours == 0; });
  for (CascadeHit& sum : sums) {
    // (In float, as OpenCV divides.)
    const float share = 1.F / static_cast<float>(sum.neighbours);
    for (int64_t* side : {&sum.box.left, &sum.box.top, &sum.box.width, &sum.box.height}) {
      *side = cascade::rounded(static_cast<double>(static_cast<float>(*side) * share));
    }
  }
  return sums;
}

bool within(const Box& inner, const Box& outer) {
  const auto margin = [](int64_t side) { return cascade::rounded(static_cast<double>(side) * kEps); };
  const int64_t dx = margin(outer.width), dy = margin(outer.height);
  return inner.left >= outer.left - dx && inner.top >= outer.top - dy &&
         inner.left + inner.width <= outer.left + outer.width + dx &&
         inner.top + inner.height <= outer.top + outer.height + dy;
}

}  // namespace

std::vector<CascadeHit> group_boxes(const std::vector<Box>& boxes, int min_neighbours) {
  std::vector<CascadeHit> result;
  if (min_neighbours <= 0) {
    for (const Box& box : boxes) result.push_back({box, 1});
    return result;
  }
  // From the left: once a box begins too far from this one, so do all behind it.
  std::vector<size_t> order(boxes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return boxes[a].left < boxes[b].left; });
  Groups groups(boxes.size());
  for (size_t i = 0; i < order.size(); ++i) {
    const Box& box = boxes[order[i]];
    const double reach = kEps * static_cast<double>(box.width + box.height) * 0.5;
    for (size_t j = i + 1; j < order.size(); ++j) {
      if (static_cast<double>(boxes[order[j]].left - box.left) > reach) break;
      if (similar(box, boxes[order[j]])) groups.join(order[i], order[j]);
    }
  }
  const std::vector<CascadeHit> all = means(boxes, groups);
  for (const CascadeHit& hit : all) {
    if (hit.neighbours <= min_neighbours) continue;
    const bool covered = std::any_of(all.begin(), all.end(), [&](const CascadeHit& other) {
      return &other != &hit && other.neighbours > min_neighbours && within(hit.box, other.box) &&
             (other.neighbours > std::max(3, hit.neighbours) || hit.neighbours < 3);
    });
    if (!covered) result.push_back(hit);
  }
  return result;
}

}  // namespace fer
