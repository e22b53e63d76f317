#include "data/batches.h"

#include <array>

#include "core/assert.h"
#include "core/parallel.h"
#include "core/random.h"

namespace fer {
namespace {

void fill_picture(const Dataset& data, int64_t row, const BatchRecipe& recipe, std::span<const float, 256> values,
                  std::span<float> out) {
  const std::span<const uint8_t> picture = data.picture(row);
  if (!recipe.augment.any()) {
    for (size_t i = 0; i < out.size(); ++i) out[i] = values[picture[i]];
    return;
  }
  const PictureShape shape = {data.height, data.width, data.channels};
  const ChangeKey key = {recipe.seed, recipe.pass, row};
  const Outside outside = {recipe.augment.fill, static_cast<float>(recipe.augment.fill_value)};
  change_picture(shape, draw_change(recipe.augment, shape, key), outside, picture, out);
  for (float& value : out) value = value * recipe.scale + recipe.shift;
}

}  // namespace

std::vector<int64_t> pass_order(std::span<const int64_t> rows, uint64_t seed, int64_t pass) {
  std::vector<int64_t> order(rows.size());
  random_permutation({.seed = seed, .use = RandomUse::kShuffle, .a = static_cast<uint32_t>(pass)}, order);
  for (int64_t& place : order) place = rows[static_cast<size_t>(place)];
  return order;
}

void fill_batch(const Dataset& data, std::span<const int64_t> rows, const BatchRecipe& recipe, std::span<float> out) {
  const auto floats = static_cast<size_t>(data.picture_bytes());
  FER_ASSERT(out.size() == rows.size() * floats);
  std::array<float, 256> values;
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) * recipe.scale + recipe.shift;
  parallel_ranges(static_cast<int64_t>(rows.size()), 8, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const auto at = static_cast<size_t>(i);
      FER_ASSERT(rows[at] >= 0 && rows[at] < data.size());
      fill_picture(data, rows[at], recipe, values, out.subspan(at * floats, floats));
    }
  });
}

}  // namespace fer
