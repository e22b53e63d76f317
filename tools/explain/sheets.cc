#include "tools/explain/sheets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "fer/error.h"
#include "tools/cli/sheet.h"

namespace fer::cli {
namespace {

// A kernel [kh, kw, channels, filters] and the name of its layer.
struct FirstKernel {
  std::string layer;
  Shape shape;
  std::span<const float> values;
};

FirstKernel first_kernel(const Model& model) {
  for (const Parameter& p : model.weights.layout.parameters) {
    const bool kernel = p.name.ends_with("/kernel") || p.name.ends_with("/depthwise_kernel");
    if (kernel && p.shape.rank() == 4) {
      return {model.network.layers[static_cast<size_t>(p.layer)].name, p.shape, model.weights.of(p)};
    }
  }
  throw Error("network " + model.network.name + ": expected a convolution, whose kernels are to be shown, found none");
}

float largest_magnitude(std::span<const float> values) {
  float largest = 0;
  for (const float value : values) {
    if (std::isfinite(value)) largest = std::max(largest, std::fabs(value));
  }
  return largest > 0 ? largest : 1;
}

// 0 becomes grey.
uint8_t signed_grey(float value, float largest) {
  if (!std::isfinite(value)) return 0;
  return static_cast<uint8_t>(std::lround(127.5 + 127.5 * static_cast<double>(value) / largest));
}

// The channels [first, first + count) of one filter.
Image kernel_picture(const FirstKernel& kernel, int64_t filter, int64_t first, int64_t count, float largest) {
  const int64_t height = kernel.shape[0], width = kernel.shape[1], channels = kernel.shape[2],
                filters = kernel.shape[3];
  Image image = {height, width, count, {}};
  for (int64_t cell = 0; cell < height * width; ++cell) {
    for (int64_t c = first; c < first + count; ++c) {
      const auto at = static_cast<size_t>((cell * channels + c) * filters + filter);
      image.pixels.push_back(signed_grey(kernel.values[at], largest));
    }
  }
  return image;
}

Image map_picture(const Tensor& values, int64_t channel) {
  const Shape& shape = values.shape();
  const auto channels = static_cast<size_t>(shape[2]), cells = static_cast<size_t>(shape[0] * shape[1]);
  std::vector<float> map;
  for (size_t cell = 0; cell < cells; ++cell) map.push_back(values.values()[cell * channels + channel]);
  const auto [low, high] = std::minmax_element(map.begin(), map.end());
  const float from = *low, range = *high - *low;
  Image image = {shape[0], shape[1], 1, {}};
  for (const float value : map) {
    const double share = range > 0 ? (static_cast<double>(value) - from) / range : 0;
    image.pixels.push_back(static_cast<uint8_t>(std::lround(255 * share)));
  }
  return image;
}

// About 96 pixels for small ones; not below their own size up to that.
int64_t crisp_place(int64_t extent, int64_t wanted) { return extent >= wanted ? wanted : wanted / extent * extent; }

}  // namespace

Image explanation_picture(const PictureSubject& subject, const Explanation& why, const std::string& class_name,
                          const std::string& method) {
  constexpr int64_t kShorter = 288, kLonger = 640;
  const Image& picture = subject.picture;
  const int64_t longer = std::max(picture.height, picture.width);
  const int64_t place = std::clamp(longer, kShorter, kLonger);
  const double scale = static_cast<double>(place) / static_cast<double>(longer);
  const auto scaled = [&](int64_t extent) {
    return std::max<int64_t>(1, std::llround(scale * static_cast<double>(extent)));
  };
  const Image shown = resized(picture, scaled(picture.height), scaled(picture.width));
  const SheetSection section = {
      "",
      {{shown,
        {fmt::format("{} {:.1f} %", class_name, 100 * why.probabilities[static_cast<size_t>(why.index)]),
         subject.name()}},
       {with_heat(shown, why.map), {method, "yellow: what speaks for it most"}}}};
  return sheet_of("", std::span(&section, 1), {.columns = 2, .height = shown.height, .width = shown.width});
}

Image kernels_sheet(const Model& model) {
  const FirstKernel kernel = first_kernel(model);
  const int64_t channels = kernel.shape[2], filters = kernel.shape[3], count = channels == 3 ? 3 : 1;
  const float largest = largest_magnitude(kernel.values);
  SheetSection section;
  for (int64_t filter = 0; filter < filters; ++filter) {
    for (int64_t c = 0; c < channels; c += count) {
      section.pictures.push_back({kernel_picture(kernel, filter, c, count, largest)});
    }
  }
  const std::string title =
      fmt::format("{}: {} kernels {}x{}, {:.3g} black, 0 grey, {:.3g} white", kernel.layer, channels * filters / count,
                  kernel.shape[0], kernel.shape[1], -largest, largest);
  const int64_t columns = columns_for(static_cast<int64_t>(section.pictures.size()));
  return sheet_of(title, std::span(&section, 1),
                  {.columns = columns,
                   .height = crisp_place(kernel.shape[0], 48),
                   .width = crisp_place(kernel.shape[1], 48),
                   .crisp = true});
}

Image maps_sheet(const PictureSubject& subject, const std::string& layer, const Tensor& values) {
  const Shape& shape = values.shape();
  if (shape.rank() != 3 || shape[0] * shape[1] < 2) {
    throw Error(fmt::format("layer {}: expected an output with rows and columns, found {}", layer, shape.to_string()));
  }
  SheetSection section;
  for (int64_t channel = 0; channel < shape[2]; ++channel) section.pictures.push_back({map_picture(values, channel)});
  const int64_t columns = columns_for(shape[2]);
  const int64_t wanted = shape[2] > 256 ? 32 : shape[2] > 64 ? 64 : 96;
  return sheet_of(fmt::format("{}: {} maps {}x{} of {}", layer, shape[2], shape[0], shape[1], subject.name()),
                  std::span(&section, 1),
                  {.columns = columns,
                   .height = crisp_place(shape[0], wanted),
                   .width = crisp_place(shape[1], wanted),
                   .crisp = true});
}

}  // namespace fer::cli
