// The order in which a pass goes over its rows, and batches as a network's input.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/augment.h"
#include "data/read_ahead.h"
#include "fer/dataset.h"

namespace fer::data {

// `rows` shuffled: a pure function of rows, seed and the number of the pass.
std::vector<int64_t> pass_order(std::span<const int64_t> rows, uint64_t seed, int64_t pass);

// How pictures become floats: out = pixel * scale + shift, after the changes of `augment`, which are drawn by seed,
// pass and row. Where pictures are fitted to a larger size than the batch's, and `augment` cuts no crop, the centre is
// taken.
struct BatchRecipe {
  float scale = 1.0f / 255.0f;
  float shift = 0.0f;
  Augmentation augment = {};
  uint64_t seed = 0;
  int64_t pass = 0;                      // over the data
  std::span<const int64_t> passes = {};  // of each row of the batch, where they differ; empty: `pass`
  PictureShape shape = {};               // of a picture in the batch; height 0: as in the data set
  PictureSize resize = {};               // what pictures are fitted to before the crop; not given: to shape
  bool equalize = false;                 // the histogram of the fitted picture
  bool standardize = false;              // the picture as the network sees it, changed, before it is scaled and shifted
  ReadAhead* ahead = nullptr;            // where the fitted pictures may be ready already
};

// What pictures are fitted to before the crop.
PictureShape fitted_shape(const PictureShape& shape, const PictureSize& resize);

// out [rows, height, width, channels] is overwritten. Examples that are no pictures (values) are scaled and shifted,
// never changed. Throws Error where a picture cannot be read. A picture's values do not depend on what else is in the
// batch. Uses up to num_threads() threads. Requires 0 <= row < data.size().
void fill_batch(const Dataset& data, std::span<const int64_t> rows, const BatchRecipe& recipe, std::span<float> out);

}  // namespace fer::data
