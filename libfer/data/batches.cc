#include "data/batches.h"

#include "core/assert.h"
#include "core/parallel.h"
#include "core/random.h"
#include "data/erase.h"
#include "data/jitter.h"
#include "fer/image.h"
#include "image/pixels.h"

namespace fer::data {
namespace {

PictureShape shape_of(const Dataset& data, const BatchRecipe& recipe) {
  if (recipe.shape.height > 0) return recipe.shape;
  return {data.height, data.width, data.channels};
}

// Where the picture's bytes lie as they are wanted: in the data set, or fitted in `room`.
std::span<const uint8_t> fitted_picture(const Dataset& data, int64_t row, const PictureShape& shape, ReadAhead* ahead,
                                        std::vector<uint8_t>& room) {
  const bool as_it_is =
      !data.source && shape.height == data.height && shape.width == data.width && shape.channels == data.channels;
  if (as_it_is) return data.picture(row);
  room.resize(static_cast<size_t>(shape.height * shape.width * shape.channels));
  if (ahead != nullptr) {
    FER_ASSERT(ahead->shape() == shape);
    ahead->take(row, room);
  } else {
    copy_fitted(data, row, shape.height, shape.width, shape.channels, room);
  }
  return room;
}

// A copy of the picture in `room`, where it may lie already.
std::span<const uint8_t> equalized(std::span<const uint8_t> picture, int64_t channels, std::vector<uint8_t>& room) {
  if (room.empty()) room.assign(picture.begin(), picture.end());
  equalize_histogram(room, channels);
  return room;
}

void fill_values(std::span<const float> values, const BatchRecipe& recipe, std::span<float> out) {
  for (size_t i = 0; i < out.size(); ++i) out[i] = values[i] * recipe.scale + recipe.shift;
}

// The changes that are made to the picture as the network sees it.
void change_values(const Augmentation& augment, const PictureShape& shape, const RandomStream& stream,
                   std::span<float> out) {
  change_light(draw_jitter(augment, stream), shape.channels, out);
  const auto erased = draw_erasing(augment, shape, stream);
  if (erased) erase(augment, *erased, shape, stream, out);
}

void fill_picture(const Dataset& data, int64_t row, int64_t pass, const BatchRecipe& recipe, std::span<float> out) {
  if (data.has_values()) return fill_values(data.example(row), recipe, out);
  const PictureShape shape = shape_of(data, recipe), whole = fitted_shape(shape, recipe.resize);
  std::vector<uint8_t> room;
  std::span<const uint8_t> picture = fitted_picture(data, row, whole, recipe.ahead, room);
  if (recipe.equalize) picture = equalized(picture, whole.channels, room);
  if (!recipe.augment.any() && !recipe.resize.given()) {
    if (!recipe.standardize) return image::pixels_to_floats(picture, recipe.scale, recipe.shift, out);
    image::pixels_to_floats(picture, 1, 0, out);
  } else {
    const ChangeKey key = {recipe.seed, pass, row};
    const Outside outside = {recipe.augment.fill, static_cast<float>(recipe.augment.fill_value)};
    change_picture(whole, draw_change(recipe.augment, whole, shape, key), outside, picture, out);
    change_values(recipe.augment, shape, stream_of(key), out);
  }
  if (recipe.standardize) image::standardize(out);
  for (float& value : out) value = value * recipe.scale + recipe.shift;
}

}  // namespace

PictureShape fitted_shape(const PictureShape& shape, const PictureSize& resize) {
  return resize.given() ? PictureShape{resize.height, resize.width, shape.channels} : shape;
}

std::vector<int64_t> pass_order(std::span<const int64_t> rows, uint64_t seed, int64_t pass) {
  std::vector<int64_t> order(rows.size());
  random_permutation({.seed = seed, .use = RandomUse::kShuffle, .a = static_cast<uint32_t>(pass)}, order);
  for (int64_t& place : order) place = rows[static_cast<size_t>(place)];
  return order;
}

void fill_batch(const Dataset& data, std::span<const int64_t> rows, const BatchRecipe& recipe, std::span<float> out) {
  const PictureShape shape = shape_of(data, recipe);
  const auto floats = static_cast<size_t>(shape.height * shape.width * shape.channels);
  FER_ASSERT(out.size() == rows.size() * floats);
  parallel_ranges(static_cast<int64_t>(rows.size()), 8, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const auto at = static_cast<size_t>(i);
      FER_ASSERT(rows[at] >= 0 && rows[at] < data.size());
      const int64_t pass = recipe.passes.empty() ? recipe.pass : recipe.passes[at];
      fill_picture(data, rows[at], pass, recipe, out.subspan(at * floats, floats));
    }
  });
}

}  // namespace fer::data
