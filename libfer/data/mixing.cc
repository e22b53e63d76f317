#include "data/mixing.h"

#include <algorithm>
#include <cmath>

#include "core/assert.h"
#include "data/draws.h"

namespace fer::data {
namespace {

constexpr uint64_t kFirstGammaBlock = 8;

// The logarithm of a gamma variate of shape alpha: that of shape alpha + 1 times u^(1 / alpha), which may be too small
// for a double. `block` is the next block to draw from.
double log_gamma_variate(double alpha, const RandomStream& stream, uint64_t& block) {
  const double d = alpha + 1 - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = random_normal(stream, block);  // (words 0 and 1)
    const auto words = random_block(stream, block++);
    const double v = std::pow(1 + c * x, 3), u = above_zero(words[2]);
    if (v <= 0 || std::log(u) >= 0.5 * x * x + d - d * v + d * std::log(v)) continue;
    return std::log(d * v) + std::log(above_zero(words[3])) / alpha;
  }
}

// torchvision's box: its centre anywhere, its sides sqrt(1 - share) of the picture's, cut off at the border.
Rectangle draw_box(double share, const PictureShape& shape, uint32_t row_word, uint32_t column_word) {
  const double half = 0.5 * std::sqrt(1 - share);
  const auto side = [half](int64_t cells, uint32_t word) {
    const int64_t centre = whole_below(cells, word), reach = static_cast<int64_t>(half * static_cast<double>(cells));
    const int64_t begin = std::max<int64_t>(centre - reach, 0), end = std::min(centre + reach, cells);
    return std::pair(begin, end - begin);
  };
  const auto [top, height] = side(shape.height, row_word);
  const auto [left, width] = side(shape.width, column_word);
  return {.top = top, .left = left, .height = height, .width = width};
}

}  // namespace

double draw_beta(double alpha, const RandomStream& stream) {
  uint64_t block = kFirstGammaBlock;
  const double a = log_gamma_variate(alpha, stream, block), b = log_gamma_variate(alpha, stream, block);
  const double difference = b - a;  // (of two infinities it is no number)
  return std::isnan(difference) ? 0.5 : 1 / (1 + std::exp(difference));
}

Mix draw_mix(const Mixing& mixing, const PictureShape& shape, const ChangeKey& key) {
  if (!mixing.any()) return {};
  RandomStream stream = stream_of(key);
  stream.use = RandomUse::kMixing;
  const auto words = random_block(stream, 0);
  if (!chance(mixing.probability, words[0])) return {};
  const bool both = mixing.mixup > 0 && mixing.cutmix > 0;
  const bool cuts = both ? chance(mixing.cutmix_probability, words[1]) : mixing.cutmix > 0;
  const double share = draw_beta(cuts ? mixing.cutmix : mixing.mixup, stream);
  if (!cuts) return {.share = share, .blends = true};
  const Rectangle box = draw_box(share, shape, words[2], words[3]);
  const auto part = static_cast<double>(box.height * box.width) / static_cast<double>(shape.height * shape.width);
  return {.share = 1 - part, .cut = box};
}

void blend(double share, std::span<const float> partner, std::span<float> x) {
  FER_ASSERT(partner.size() == x.size());
  const auto own = static_cast<float>(share), other = static_cast<float>(1 - share);
  for (size_t i = 0; i < x.size(); ++i) x[i] = own * x[i] + other * partner[i];
}

void mix_picture(const Mix& mix, const PictureShape& shape, std::span<const float> partner, std::span<float> picture) {
  FER_ASSERT(partner.size() == picture.size());
  if (mix.blends) return blend(mix.share, partner, picture);
  const int64_t values = mix.cut.width * shape.channels;
  for (int64_t y = mix.cut.top; y < mix.cut.top + mix.cut.height; ++y) {
    const auto begin = static_cast<size_t>((y * shape.width + mix.cut.left) * shape.channels);
    std::copy_n(partner.begin() + static_cast<int64_t>(begin), values, picture.begin() + static_cast<int64_t>(begin));
  }
}

}  // namespace fer::data
