// All features of a window.
#include <fmt/format.h>

#include "cascade/model/check.h"
#include "fer/cascade_trainer.h"
#include "fer/error.h"

namespace fer {
namespace {

// A kind of feature: the whole of `across` by `down` cells with weight -1, and within it a part with the weight that
// makes an even window zero; four fields have two parts.
struct Kind {
  HaarMode from;  // the first mode that has it
  bool tilted;
  int across, down;    // cells of the whole
  int part_x, part_y;  // of the first part, in cells
  int part_across, part_down;
  float weight;
  bool fields = false;  // a second part, one cell further both ways
};

constexpr HaarMode kBasic = HaarMode::kBasic, kCore = HaarMode::kCore, kAll = HaarMode::kAll;

// In the order in which opencv_traincascade numbers them at one place and cell.
constexpr Kind kKinds[] = {
    {kBasic, false, 2, 1, 1, 0, 1, 1, 2},       {kBasic, false, 1, 2, 0, 1, 1, 1, 2},
    {kBasic, false, 3, 1, 1, 0, 1, 1, 3},       {kBasic, false, 1, 3, 0, 1, 1, 1, 3},
    {kCore, false, 4, 1, 1, 0, 2, 1, 2},        {kCore, false, 1, 4, 0, 1, 1, 2, 2},
    {kBasic, false, 2, 2, 0, 0, 1, 1, 2, true}, {kCore, false, 3, 3, 1, 1, 1, 1, 9},
    {kAll, true, 2, 1, 0, 0, 1, 1, 2},          {kAll, true, 1, 2, 0, 0, 1, 1, 2},
    {kAll, true, 3, 1, 1, 0, 1, 1, 3},          {kAll, true, 1, 3, 0, 1, 1, 1, 3},
    {kAll, true, 4, 1, 1, 0, 2, 1, 2},          {kAll, true, 1, 4, 0, 1, 1, 2, 2},
};

HaarFeature feature_of(const Kind& kind, int x, int y, int dx, int dy) {
  // A step along a tilted one's width goes right and down, along its height left and down.
  const auto part = [&](int i, int j) {
    HaarRectangle r;
    r.x = kind.tilted ? x + i * dx - j * dy : x + i * dx;
    r.y = kind.tilted ? y + i * dx + j * dy : y + j * dy;
    return r;
  };
  HaarFeature feature;
  feature.rectangles = {part(0, 0), part(kind.part_x, kind.part_y)};
  feature.tilted = kind.tilted;
  feature.rectangles[0].width = kind.across * dx;
  feature.rectangles[0].height = kind.down * dy;
  feature.rectangles[0].weight = -1;
  if (kind.fields) feature.rectangles.push_back(part(1, 1));
  for (size_t i = 1; i < feature.rectangles.size(); ++i) {
    feature.rectangles[i].width = kind.part_across * dx;
    feature.rectangles[i].height = kind.part_down * dy;
    feature.rectangles[i].weight = kind.weight;
  }
  return feature;
}

// Whether the whole is within the window.
bool fits(const Kind& kind, int x, int y, int dx, int dy, int width, int height) {
  const int across = kind.across * dx, down = kind.down * dy;
  if (!kind.tilted) return x + across <= width && y + down <= height;
  return x + across <= width && y + across + down <= height && x >= down;
}

}  // namespace

std::vector<HaarFeature> haar_features(int width, int height, HaarMode mode) {
  for (const int side : {width, height}) {
    if (side < cascade::kMinSide || side > 100)
      throw Error(fmt::format("cascade: expected a window of {} to 100 pixels a side for training, found {}x{}",
                              cascade::kMinSide, width, height));
  }
  std::vector<HaarFeature> features;
  for (int x = 0; x < width; ++x) {
    for (int y = 0; y < height; ++y) {
      for (int dx = 1; dx <= width; ++dx) {
        for (int dy = 1; dy <= height; ++dy) {
          for (const Kind& kind : kKinds) {
            if (mode >= kind.from && fits(kind, x, y, dx, dy, width, height))
              features.push_back(feature_of(kind, x, y, dx, dy));
          }
        }
      }
    }
  }
  return features;
}

}  // namespace fer
