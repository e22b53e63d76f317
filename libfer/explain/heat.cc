// Heat maps: their sizes, their colours, and how they lie over pictures.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "fer/error.h"
#include "fer/explain.h"

namespace fer {
namespace {

// Where an output cell's centre lies between two cells of the input.
struct Between {
  int64_t low = 0, high = 0;
  double share = 0;  // of high
};

std::vector<Between> places(int64_t in, int64_t out) {
  std::vector<Between> result;
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  for (int64_t i = 0; i < out; ++i) {
    const double centre = std::clamp((static_cast<double>(i) + 0.5) * scale - 0.5, 0.0, static_cast<double>(in - 1));
    const auto low = static_cast<int64_t>(centre);
    result.push_back({low, std::min(low + 1, in - 1), centre - static_cast<double>(low)});
  }
  return result;
}

void check_map(const Heatmap& map) {
  if (map.height >= 1 && map.width >= 1 && static_cast<int64_t>(map.values.size()) / map.width == map.height &&
      static_cast<int64_t>(map.values.size()) % map.width == 0) {
    return;
  }
  throw Error(fmt::format("heat map of height {}, width {}: expected as many values, found {}", map.height, map.width,
                          map.values.size()));
}

// From cold to hot, of even lightness steps, without red beside green.
using Colour = std::array<double, 3>;
constexpr std::array<Colour, 5> kHeatColours = {
    {{20, 11, 53}, {101, 21, 110}, {188, 55, 84}, {243, 120, 25}, {252, 225, 100}}};

Colour heat_colour(double heat) {
  const double at = heat * (kHeatColours.size() - 1);
  const auto low = std::min(static_cast<size_t>(at), kHeatColours.size() - 2);
  const double share = at - static_cast<double>(low);
  Colour colour;
  for (size_t c = 0; c < 3; ++c) colour[c] = (1 - share) * kHeatColours[low][c] + share * kHeatColours[low + 1][c];
  return colour;
}

// How much of the colour covers the picture: nothing where it is cold, most of it where it is hot.
double cover(double heat) { return 0.8 * std::pow(heat, 0.75); }

}  // namespace

float Heatmap::largest() const {
  float largest = 0;
  for (const float value : values) largest = std::max(largest, value);
  return largest;
}

Heatmap resized(const Heatmap& map, int64_t height, int64_t width) {
  check_map(map);
  if (height < 1 || width < 1) {
    throw Error(fmt::format("heat map: expected a size of at least 1 x 1, found {} x {}", height, width));
  }
  Heatmap out = {height, width, {}};
  out.values.reserve(static_cast<size_t>(height * width));
  const std::vector<Between> rows = places(map.height, height), columns = places(map.width, width);
  const auto at = [&](int64_t y, int64_t x) -> double { return map.values[static_cast<size_t>(y * map.width + x)]; };
  for (const Between& y : rows) {
    for (const Between& x : columns) {
      const double top = (1 - x.share) * at(y.low, x.low) + x.share * at(y.low, x.high);
      const double bottom = (1 - x.share) * at(y.high, x.low) + x.share * at(y.high, x.high);
      out.values.push_back(static_cast<float>((1 - y.share) * top + y.share * bottom));
    }
  }
  return out;
}

Image with_heat(const Image& picture, const Heatmap& map, float largest) {
  Image out = with_channels(with_channels(picture, 1), 3);
  const Heatmap heat = resized(map, picture.height, picture.width);
  const float top = largest > 0 ? largest : map.largest();
  if (!(top > 0)) return out;
  for (size_t i = 0; i < heat.values.size(); ++i) {
    const double value = std::clamp(static_cast<double>(heat.values[i]) / top, 0.0, 1.0), share = cover(value);
    const Colour colour = heat_colour(value);
    for (size_t c = 0; c < 3; ++c) {
      uint8_t& pixel = out.pixels[3 * i + c];
      pixel = static_cast<uint8_t>(std::lround((1 - share) * pixel + share * colour[c]));
    }
  }
  return out;
}

}  // namespace fer
