#include "cascade/train/backgrounds.h"

#include <algorithm>
#include <cmath>

#include "cascade/scan/integral.h"
#include "core/parallel.h"

namespace fer::cascade {
namespace {

constexpr int64_t kVisitsAtOnce = 16;
constexpr float kStep = 0.5F;                            // of a window's size, from window to window
constexpr float kGrowth = 1.4142135623730950488016887F;  // from one size of the picture to the next

struct Point {
  int x = 0, y = 0;
};

// The windows of a picture at one size.
struct Sight {
  Grey grey;
  Point first;
};

// One after another from `first`, in rows, as long as one more and a half would fit (OpenCV's rule). Calls take(point);
// ends where it returns false.
template <class Take>
bool for_points(int width, int height, const Sight& sight, const Take& take) {
  const auto more = [](int at, int side, int end) {
    return static_cast<int>(static_cast<float>(at) + (1.0F + kStep) * static_cast<float>(side)) < end;
  };
  Point at = sight.first;
  for (;;) {
    if (!take(at)) return false;
    if (more(at.x, width, sight.grey.width)) {
      at.x += static_cast<int>(kStep * static_cast<float>(width));
      continue;
    }
    at.x = sight.first.x;
    if (!more(at.y, height, sight.grey.height)) return true;
    at.y += static_cast<int>(kStep * static_cast<float>(height));
  }
}

// A visit of one picture: what passed, and how many windows there were.
struct Visit {
  BackgroundPlace place;
  int64_t windows = 0;
  std::vector<int64_t> passed;  // indices of windows
  std::vector<uint8_t> pixels;  // of those
};

// The windows of one size of the picture that pass.
bool visit_sight(const Sight& sight, const WindowTest& test, int64_t wanted, Visit& visit) {
  const Integral integral = integral_of(sight.grey, integral_layout(sight.grey.width, 1), test.tilted());
  const PackedCascade packed = test.packed(integral.layout);
  return for_points(test.width(), test.height(), sight, [&](Point at) {
    const auto index = visit.windows++;
    if (index < static_cast<int64_t>(visit.place.windows)) return true;
    const size_t offset = integral.layout.offset(at.x, at.y);
    const uint32_t* sum = integral.sum.data() + offset;
    bool flat = false;
    const float factor = brightness_factor(sum, integral.squares.data() + offset, packed.inner, packed.area, flat);
    if (flat || !passes(packed, sum, integral.tilted.empty() ? nullptr : integral.tilted.data() + offset, factor))
      return true;
    visit.passed.push_back(index);
    for (int y = 0; y < test.height(); ++y) {
      const uint8_t* row = sight.grey.row(at.y + y) + at.x;
      visit.pixels.insert(visit.pixels.end(), row, row + test.width());
    }
    return static_cast<int64_t>(visit.passed.size()) < wanted;
  });
}

// From the smallest size that holds the beginning and a window to the whole picture.
void look(const Grey& picture, const WindowTest& test, int64_t wanted, Visit& visit) {
  const auto round = static_cast<int>(visit.place.round);
  const Point first{std::min(round % test.width(), picture.width - test.width()),
                    std::min(round / test.width(), picture.height - test.height())};
  if (first.x < 0 || first.y < 0) return;  // smaller than a window
  const auto width = static_cast<float>(picture.width), height = static_cast<float>(picture.height);
  float scale = std::max(static_cast<float>(test.width() + first.x) / width,
                         static_cast<float>(test.height() + first.y) / height);
  Sight sight{resized_exactly(picture, static_cast<int>(std::lround(scale * width)),
                              static_cast<int>(std::lround(scale * height))),
              first};
  while (visit_sight(sight, test, wanted, visit)) {
    scale *= kGrowth;
    if (scale > 1.0F) return;
    sight.grey = resized_exactly(picture, static_cast<int>(scale * width), static_cast<int>(scale * height));
  }
}

void next_visit(const std::vector<std::string>& files, const WindowTest& test, BackgroundPlace& place) {
  place.windows = 0;
  if (++place.picture < files.size()) return;
  place.picture = 0;
  place.round = (place.round + 1) % (static_cast<uint64_t>(test.width()) * static_cast<uint64_t>(test.height()));
}

// Some visits, side by side.
std::vector<Visit> look_at(const std::vector<std::string>& files, const WindowTest& test, int64_t wanted,
                           BackgroundPlace place, int64_t count) {
  std::vector<Visit> visits(static_cast<size_t>(count));
  for (Visit& visit : visits) {
    visit.place = place;
    next_visit(files, test, place);
  }
  parallel_for(count, [&](int64_t i) {
    Visit& visit = visits[static_cast<size_t>(i)];
    look(grey_of(read_image(files[visit.place.picture])), test, wanted, visit);
  });
  return visits;
}

// Takes windows of visits in order until there are enough.
class Taker {
 public:
  Taker(int64_t wanted, double least_share, size_t window, std::vector<uint8_t>& found)
      : wanted_(wanted), least_share_(least_share), window_(window), found_(found) {}

  // False: there are enough, and `place` is behind the last one used.
  bool take(const Visit& visit, BackgroundPlace& place) {
    place = visit.place;
    for (size_t i = 0; i <= visit.passed.size(); ++i) {
      const bool last = i == visit.passed.size();
      const int64_t next = last ? visit.windows : visit.passed[i] + 1;
      const int64_t here = next - static_cast<int64_t>(place.windows);
      // How many may be tried in all before too few have passed.
      if (least_share_ > 0) {
        const double most = std::min(std::ceil(static_cast<double>(mined_.found + 1) / least_share_), 1e18);
        const auto left = std::max<int64_t>(static_cast<int64_t>(most) - mined_.tried, 0);
        if (here > left) {
          mined_.tried += left;
          place.windows += static_cast<uint64_t>(left);
          return false;
        }
      }
      mined_.tried += here;
      place.windows = static_cast<uint64_t>(next);
      if (last) break;
      ++mined_.found;
      const auto at = visit.pixels.begin() + static_cast<int64_t>(i * window_);
      found_.insert(found_.end(), at, at + static_cast<int64_t>(window_));
      if (mined_.found == wanted_) return false;
    }
    return true;
  }

  const MinedWindows& mined() const { return mined_; }

 private:
  int64_t wanted_;
  double least_share_;
  size_t window_;
  std::vector<uint8_t>& found_;
  MinedWindows mined_;
};

}  // namespace

WindowTest::WindowTest(int width, int height, const std::vector<HaarFeature>& features,
                       const std::vector<CascadeStage>& stages)
    : width_(width), height_(height), features_(features), stages_(stages) {
  for (const CascadeStage& stage : stages) {
    for (const HaarTree& tree : stage.trees) {
      for (const HaarNode& node : tree.nodes) {
        tilted_ = tilted_ || features[static_cast<size_t>(node.feature)].tilted;
      }
    }
  }
}

PackedCascade WindowTest::packed(const IntegralLayout& layout) const {
  PackedCascade packed = empty_packed(width_, height_, layout);
  for (const CascadeStage& stage : stages_) pack_stage(stage, features_, layout, packed);
  return packed;
}

bool WindowTest::passes(std::span<const uint8_t> pixels) const {
  const Grey grey{width_, height_, {pixels.begin(), pixels.end()}};
  const Integral integral = integral_of(grey, integral_layout(width_, 1), tilted_);
  const PackedCascade all = packed(integral.layout);
  bool flat = false;
  const float factor = brightness_factor(integral.sum.data(), integral.squares.data(), all.inner, all.area, flat);
  return cascade::passes(all, integral.sum.data(), integral.tilted.empty() ? nullptr : integral.tilted.data(), factor);
}

MinedWindows mine(const std::vector<std::string>& files, const WindowTest& test, int64_t wanted, double least_share,
                  BackgroundPlace& place, std::vector<uint8_t>& found, const std::function<void(int64_t)>& progress) {
  const auto window = static_cast<uint64_t>(test.width()) * static_cast<uint64_t>(test.height());
  Taker taker(wanted, least_share, window, found);
  uint64_t visited = 0;
  const uint64_t all = files.size() * window;
  while (visited < all && wanted > 0) {
    const auto count = static_cast<int64_t>(std::min<uint64_t>(kVisitsAtOnce, all - visited));
    for (const Visit& visit : look_at(files, test, wanted, place, count)) {
      if (!taker.take(visit, place)) return taker.mined();
      next_visit(files, test, place);
    }
    visited += static_cast<uint64_t>(count);
    if (progress) progress(taker.mined().found);
    // Every picture is smaller than a window.
    if (visited >= files.size() && taker.mined().tried == 0) break;
  }
  return taker.mined();
}

}  // namespace fer::cascade
