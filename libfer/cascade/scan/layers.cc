#include "cascade/scan/layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fer/error.h"

namespace fer::cascade {
namespace {

struct Size {
  int width = 0, height = 0;
};

// (In double for the end of the scales and in float for all else, as in OpenCV.)
template <class Number>
Size scaled(Size window, Number by) {
  return {rounded(static_cast<double>(static_cast<Number>(window.width) * by)),
          rounded(static_cast<double>(static_cast<Number>(window.height) * by))};
}

// Every scale at which a window still fits the picture.
std::vector<float> all_scales(Size picture, Size window, double factor) {
  std::vector<float> scales;
  for (double scale = 1;; scale *= factor) {
    const Size box = scaled(window, scale);
    if (box.width > picture.width || box.height > picture.height) return scales;
    scales.push_back(static_cast<float>(scale));
  }
}

// Those between the smallest and the largest size; where none is, the one nearest to the smallest.
std::vector<float> wanted_scales(const std::vector<float>& all, Size window, Size least, Size most) {
  std::vector<float> scales;
  for (const float scale : all) {
    const Size box = scaled(window, scale);
    if (box.width > most.width || box.height > most.height) break;
    if (box.width >= least.width && box.height >= least.height) scales.push_back(scale);
  }
  if (!scales.empty() || all.empty()) return scales;
  const auto distance = [&](float scale) {
    const Size box = scaled(window, scale);
    return std::hypot(static_cast<double>(least.width - box.width), static_cast<double>(least.height - box.height));
  };
  return {*std::min_element(all.begin(), all.end(), [&](float a, float b) { return distance(a) < distance(b); })};
}

void check_options(const ScanOptions& o) {
  // (Below 1.0001 the scales of a picture of 100 million pixels would be tens of thousands.)
  if (!(o.scale_factor >= 1.001 && o.scale_factor <= 1000))
    throw Error(fmt::format("scan: expected a scale factor from 1.001 to 1000, found {}", o.scale_factor));
  if (o.min_neighbours < 0) throw Error(fmt::format("scan: expected 0 or more neighbours, found {}", o.min_neighbours));
  for (const int side : {o.min_width, o.min_height, o.max_width, o.max_height}) {
    if (side < 0) throw Error(fmt::format("scan: expected smallest and largest sizes of 0 or more, found {}", side));
  }
}

// Where the last row of windows is. OpenCV cuts the rows into as many stripes as the first layer has groups of 32
// windows, each of whole steps; the stripes together may end one row early.
int rows_end(int rows, int step, int stripes) {
  const int stripe = std::max((rows / step + stripes - 1) / stripes, 1) * step;
  return static_cast<int>(std::min<int64_t>(int64_t{stripe} * stripes, rows));
}

}  // namespace

std::vector<Layer> layers_of(int picture_width, int picture_height, int window_width, int window_height,
                             const ScanOptions& options) {
  check_options(options);
  const Size picture{picture_width, picture_height}, window{window_width, window_height};
  Size most{options.max_width, options.max_height};
  if (most.width == 0 || most.height == 0) most = picture;
  const std::vector<float> scales = wanted_scales(all_scales(picture, window, options.scale_factor), window,
                                                  {options.min_width, options.min_height}, most);
  std::vector<Layer> layers;
  int stripes = 0;
  for (const float scale : scales) {
    const Size box = scaled(window, scale);
    Layer layer{.scale = scale, .box_width = box.width, .box_height = box.height, .step = scale >= 2 ? 1 : 2};
    // (In float, as OpenCV divides.)
    layer.width = rounded(static_cast<double>(static_cast<float>(picture.width) / scale));
    layer.height = rounded(static_cast<double>(static_cast<float>(picture.height) / scale));
    const int across = std::max(layer.width + 1 - window.width, 0),
              rows = std::max(layer.height + 1 - window.height, 0);
    if (layers.empty()) stripes = (across + 31) / 32;
    layer.windows_across = (across + layer.step - 1) / layer.step;
    layer.rows_end = rows_end(rows, layer.step, stripes);
    layers.push_back(layer);
  }
  return layers;
}

}  // namespace fer::cascade
