#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fer/error.h"
#include "fer/image.h"
#include "image/image_codecs.h"

namespace fer {
namespace {

// The cells of the input that make one cell of the output along an axis, and their shares, which sum to 1.
struct Cells {
  int64_t begin = 0;
  std::vector<double> shares;
};

// Output cell i covers [i, i + 1) * scale of the input: each cell counts by how much of it is covered.
Cells averaged(int64_t i, int64_t in, double scale) {
  const double low = static_cast<double>(i) * scale, high = static_cast<double>(i + 1) * scale;
  Cells cells;
  cells.begin = std::min(static_cast<int64_t>(low), in - 1);
  const int64_t end = std::clamp(static_cast<int64_t>(std::ceil(high)), cells.begin + 1, in);
  double sum = 0;
  for (int64_t x = cells.begin; x < end; ++x) {
    const double share = std::min<double>(high, x + 1) - std::max<double>(low, x);
    cells.shares.push_back(std::max(share, 0.0));
    sum += cells.shares.back();
  }
  for (double& share : cells.shares) share /= sum;
  return cells;
}

// The two cells around the centre (i + 1/2) * scale; at the edges one of them repeats.
Cells interpolated(int64_t i, int64_t in, double scale) {
  const double centre = std::clamp((static_cast<double>(i) + 0.5) * scale - 0.5, 0.0, static_cast<double>(in - 1));
  const auto begin = std::min(static_cast<int64_t>(centre), std::max<int64_t>(in - 2, 0));
  const double t = centre - static_cast<double>(begin);
  return in == 1 ? Cells{0, {1.0}} : Cells{begin, {1 - t, t}};
}

std::vector<Cells> axis_cells(int64_t in, int64_t out) {
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  std::vector<Cells> cells;
  for (int64_t i = 0; i < out; ++i) cells.push_back(out < in ? averaged(i, in, scale) : interpolated(i, in, scale));
  return cells;
}

}  // namespace

Image resized(const Image& image, int64_t height, int64_t width) {
  image::check_image(image);
  if (height == image.height && width == image.width) return image;
  Image out = image::blank_image(height, width, image.channels, "resize", image::kMaxPixels);
  const std::vector<Cells> rows = axis_cells(image.height, height), columns = axis_cells(image.width, width);
  const int64_t channels = image.channels, row_bytes = image.width * channels;
  std::vector<double> line(static_cast<size_t>(row_bytes));
  for (int64_t y = 0; y < height; ++y) {
    std::fill(line.begin(), line.end(), 0.0);
    for (size_t k = 0; k < rows[y].shares.size(); ++k) {
      const uint8_t* source = &image.pixels[(rows[y].begin + static_cast<int64_t>(k)) * row_bytes];
      for (int64_t j = 0; j < row_bytes; ++j) line[j] += rows[y].shares[k] * source[j];
    }
    for (int64_t x = 0; x < width; ++x) {
      for (int64_t c = 0; c < channels; ++c) {
        double sum = 0;
        for (size_t k = 0; k < columns[x].shares.size(); ++k) {
          sum += columns[x].shares[k] * line[(columns[x].begin + static_cast<int64_t>(k)) * channels + c];
        }
        out.pixels[(y * width + x) * channels + c] = static_cast<uint8_t>(std::clamp(sum + 0.5, 0.0, 255.0));
      }
    }
  }
  return out;
}

Image fitted(const Image& image, int64_t height, int64_t width, int64_t channels) {
  // Fewer channels first, more of them last: the least to resize.
  if (channels < image.channels) return resized(with_channels(image, channels), height, width);
  return with_channels(resized(image, height, width), channels);
}

void mirror(std::span<uint8_t> pixels, int64_t width, int64_t channels) {
  const auto bytes = static_cast<int64_t>(pixels.size());
  if (width < 1 || channels < 1 || channels > bytes || width > bytes / channels || bytes % (width * channels) != 0) {
    if (bytes == 0) return;
    throw Error(fmt::format("mirror: expected rows of {} x {} bytes, found {} bytes", width, channels, bytes));
  }
  const auto row_bytes = static_cast<size_t>(width * channels), pixel = static_cast<size_t>(channels);
  for (size_t row = 0; row + row_bytes <= pixels.size(); row += row_bytes) {
    for (size_t left = row, right = row + row_bytes - pixel; left < right; left += pixel, right -= pixel) {
      std::swap_ranges(&pixels[left], &pixels[left] + pixel, &pixels[right]);
    }
  }
}

}  // namespace fer
