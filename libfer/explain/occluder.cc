#include "explain/occluder.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "fer/error.h"

namespace fer::explain {
namespace {

constexpr int64_t kPicturesAtOnce = 64;

struct Square {
  int64_t top = 0, left = 0;
};

// Places of a square's edge along an axis: every `stride`, and the last at the far end.
std::vector<int64_t> edges(int64_t extent, int64_t size, int64_t stride) {
  std::vector<int64_t> result;
  for (int64_t at = 0; at < extent - size; at += stride) result.push_back(at);
  result.push_back(extent - size);
  return result;
}

std::vector<Square> squares_of(const Shape& picture, int64_t size, int64_t stride) {
  std::vector<Square> squares;
  for (const int64_t top : edges(picture[0], size, stride)) {
    for (const int64_t left : edges(picture[1], size, stride)) squares.push_back({top, left});
  }
  return squares;
}

// Of each channel.
std::vector<uint8_t> mean_colour(std::span<const uint8_t> pixels, int64_t channels) {
  std::vector<int64_t> sums(static_cast<size_t>(channels), 0);
  for (size_t i = 0; i < pixels.size(); ++i) sums[i % sums.size()] += pixels[i];
  const auto count = static_cast<int64_t>(pixels.size()) / channels;
  std::vector<uint8_t> mean(sums.size());
  for (size_t c = 0; c < mean.size(); ++c) mean[c] = static_cast<uint8_t>((sums[c] + count / 2) / count);
  return mean;
}

void cover_square(const Shape& picture, const Square& square, int64_t size, std::span<const uint8_t> colour,
                  std::span<uint8_t> pixels) {
  for (int64_t y = square.top; y < square.top + size; ++y) {
    for (int64_t x = square.left; x < square.left + size; ++x) {
      std::ranges::copy(colour, pixels.begin() + (y * picture[1] + x) * picture[2]);
    }
  }
}

// What the model gives the class for the picture under each of the squares.
std::vector<float> probabilities_under(const evaluation::ViewedModel& model, std::span<const uint8_t> pixels, int index,
                                       std::span<const Square> squares, int64_t size) {
  const Shape& picture = model.picture();
  const auto bytes = pixels.size(), classes = static_cast<size_t>(model.classes());
  const std::vector<uint8_t> colour = mean_colour(pixels, picture[2]);
  const auto at_once = static_cast<size_t>(std::min<int64_t>(kPicturesAtOnce, static_cast<int64_t>(squares.size())));
  evaluation::ViewedModel::Workspace workspace = model.make_workspace(static_cast<int64_t>(at_once));
  std::vector<uint8_t> covered(at_once * bytes);
  std::vector<float> answers(at_once * classes), result;
  for (size_t begin = 0; begin < squares.size(); begin += at_once) {
    const size_t count = std::min(at_once, squares.size() - begin);
    for (size_t i = 0; i < count; ++i) {
      const std::span<uint8_t> one = std::span(covered).subspan(i * bytes, bytes);
      std::ranges::copy(pixels, one.begin());
      cover_square(picture, squares[begin + i], size, colour, one);
    }
    model.ask(workspace, std::span<const uint8_t>(covered).first(count * bytes),
              std::span(answers).first(count * classes));
    for (size_t i = 0; i < count; ++i) result.push_back(answers[i * classes + static_cast<size_t>(index)]);
  }
  return result;
}

int64_t side_of(const Shape& picture, const OcclusionOptions& options) {
  const int64_t shorter = std::min(picture[0], picture[1]);
  if (options.size < 0 || options.size > shorter || options.stride < 0) {
    throw Error(fmt::format("occlusion: expected a square of 1 to {} pixels and a stride of 1 or more, found {} and {}",
                            shorter, options.size, options.stride));
  }
  return options.size > 0 ? options.size : std::max<int64_t>(1, shorter / 6);
}

}  // namespace

Heatmap occlusion_map(const evaluation::ViewedModel& model, std::span<const uint8_t> pixels, int index,
                      const OcclusionOptions& options) {
  const Shape& picture = model.picture();
  const int64_t size = side_of(picture, options);
  const int64_t stride = options.stride > 0 ? options.stride : std::max<int64_t>(1, size / 4);
  const std::vector<Square> squares = squares_of(picture, size, stride);
  std::vector<float> whole(static_cast<size_t>(model.classes()));
  evaluation::ViewedModel::Workspace workspace = model.make_workspace(1);
  model.ask(workspace, pixels, whole);
  const std::vector<float> left = probabilities_under(model, pixels, index, squares, size);
  const auto cells = static_cast<size_t>(picture[0] * picture[1]);
  std::vector<double> sums(cells, 0.0);
  std::vector<int64_t> counts(cells, 0);
  for (size_t i = 0; i < squares.size(); ++i) {
    for (int64_t y = squares[i].top; y < squares[i].top + size; ++y) {
      for (int64_t x = squares[i].left; x < squares[i].left + size; ++x) {
        const auto cell = static_cast<size_t>(y * picture[1] + x);
        sums[cell] += static_cast<double>(whole[static_cast<size_t>(index)]) - left[i];
        ++counts[cell];
      }
    }
  }
  Heatmap map = {picture[0], picture[1], std::vector<float>(cells)};
  // (A stride larger than the square leaves cells out: they stay 0.)
  for (size_t i = 0; i < cells; ++i) {
    if (counts[i] > 0) map.values[i] = static_cast<float>(sums[i] / static_cast<double>(counts[i]));
  }
  return map;
}

}  // namespace fer::explain
