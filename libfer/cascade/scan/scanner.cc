// Begin here: the scan of a picture.
#include <algorithm>
#include <map>

#include "cascade/model/check.h"
#include "cascade/scan/layers.h"
#include "cascade/scan/row_scan.h"
#include "core/parallel.h"
#include "fer/cascade.h"
#include "kernels/simd/target.h"

namespace fer {

using cascade::Grey;
using cascade::Integral;
using cascade::IntegralLayout;
using cascade::Layer;
using cascade::PackedCascade;

struct CascadeScanner::State {
  Cascade cascade;
  bool tilted = false;
};

namespace {

constexpr size_t kCellsAtOnce = size_t{1} << 25;  // of integral images in memory: 256 MiB, or one layer
constexpr int kRowsAtOnce = 16;

// Layers between two powers of 2 share one layout, that of the largest, so that the cascade is packed a few times only.
struct Plan {
  Layer layer;
  const IntegralLayout* layout = nullptr;
  const PackedCascade* packed = nullptr;
  Integral integral;
};

struct Layouts {
  std::map<int, IntegralLayout> of_power;
  std::map<int, PackedCascade> packed;
};

int power_of(float scale) {
  int power = 0;
  for (float s = scale; s >= 2; s /= 2) ++power;
  return power;
}

std::vector<Plan> plans_of(const std::vector<Layer>& layers, const Cascade& cascade, Layouts& layouts) {
  std::vector<Plan> plans;
  for (const Layer& layer : layers) {
    const int power = power_of(layer.scale);
    const auto layout = layouts.of_power.try_emplace(power, cascade::integral_layout(layer.width, layer.step)).first;
    auto packed = layouts.packed.find(power);
    if (packed == layouts.packed.end())
      packed = layouts.packed.emplace(power, cascade::pack(cascade, layout->second)).first;
    plans.push_back({layer, &layout->second, &packed->second, {}});
  }
  return plans;
}

// Some rows of one layer.
struct Strip {
  const Plan* plan = nullptr;
  int begin = 0, end = 0;
  std::vector<Box> found;
};

void scan_strip(Strip& strip) {
  const Layer& layer = strip.plan->layer;
  const Integral& integral = strip.plan->integral;
  std::vector<int> windows;
  for (int y = strip.begin; y < strip.end; y += layer.step) {
    windows.clear();
    const size_t row = static_cast<size_t>(y) * integral.layout.stride;
    cascade::scan_row(*strip.plan->packed, integral.sum.data() + row, integral.squares.data() + row,
                      integral.tilted.empty() ? nullptr : integral.tilted.data() + row, layer.windows_across, windows);
    for (const int k : windows) {
      const auto at = [&](int i) { return cascade::rounded(static_cast<double>(static_cast<float>(i) * layer.scale)); };
      strip.found.push_back({at(k * layer.step), at(y), layer.box_width, layer.box_height});
    }
  }
}

// Scans the layers of [begin, end), whose integral images are in memory at the same time.
void scan_plans(const Grey& grey, std::vector<Plan>& plans, size_t begin, size_t end, bool tilted,
                std::vector<Box>& found) {
  parallel_for(static_cast<int64_t>(end - begin), [&](int64_t i) {
    Plan& plan = plans[begin + static_cast<size_t>(i)];
    plan.integral =
        cascade::integral_of(cascade::resized_exactly(grey, plan.layer.width, plan.layer.height), *plan.layout, tilted);
  });
  std::vector<Strip> strips;
  for (size_t i = begin; i < end; ++i) {
    const Layer& layer = plans[i].layer;
    for (int y = 0; y < layer.rows_end; y += kRowsAtOnce) {
      strips.push_back({&plans[i], y, std::min(y + kRowsAtOnce, layer.rows_end), {}});
    }
  }
  parallel_for(static_cast<int64_t>(strips.size()), [&](int64_t i) { scan_strip(strips[static_cast<size_t>(i)]); });
  for (const Strip& strip : strips) found.insert(found.end(), strip.found.begin(), strip.found.end());
  for (size_t i = begin; i < end; ++i) plans[i].integral = {};
}

}  // namespace

CascadeScanner::CascadeScanner(Cascade cascade) {
  cascade::check_cascade(cascade, "cascade");
  kernels::check_target();
  const bool tilted =
      std::any_of(cascade.features.begin(), cascade.features.end(), [](const auto& f) { return f.tilted; });
  state_ = std::make_unique<const State>(State{std::move(cascade), tilted});
}
CascadeScanner::~CascadeScanner() = default;
CascadeScanner::CascadeScanner(CascadeScanner&&) noexcept = default;
CascadeScanner& CascadeScanner::operator=(CascadeScanner&&) noexcept = default;

const Cascade& CascadeScanner::cascade() const { return state_->cascade; }

std::vector<CascadeHit> CascadeScanner::scan(const Image& picture, const ScanOptions& options) const {
  const Grey grey = cascade::grey_of(picture);
  const Cascade& cascade = state_->cascade;
  const std::vector<Layer> layers = cascade::layers_of(grey.width, grey.height, cascade.width, cascade.height, options);
  Layouts layouts;
  std::vector<Plan> plans = plans_of(layers, cascade, layouts);
  std::vector<Box> found;
  for (size_t begin = 0; begin < plans.size();) {
    size_t end = begin, cells = 0;
    do {
      cells += plans[end].layout->stride * static_cast<size_t>(plans[end].layer.height);
      ++end;
    } while (end < plans.size() && cells < kCellsAtOnce);
    scan_plans(grey, plans, begin, end, state_->tilted, found);
    begin = end;
  }
  std::vector<CascadeHit> hits = group_boxes(found, options.min_neighbours);
  std::vector<CascadeHit> kept;
  for (CascadeHit& hit : hits) {
    hit.box.width = std::min(hit.box.width, picture.width - hit.box.left);
    hit.box.height = std::min(hit.box.height, picture.height - hit.box.top);
    if (hit.box.width > 0 && hit.box.height > 0) kept.push_back(hit);
  }
  return kept;
}

}  // namespace fer
