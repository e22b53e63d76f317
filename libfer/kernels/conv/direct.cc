// Direct convolution: blocks of patches, gathered row by row from the image as it lies, times the kernel as a matrix.
#include <algorithm>

#include "core/parallel.h"
#include "kernels/conv/algorithms.h"
#include "kernels/conv/patches.h"
#include "kernels/gemm/gemm.h"

namespace fer::kernels {
namespace {

// A block of gathered patches: 128 KiB, so that it stays in the second-level cache until it is multiplied.
constexpr int64_t kBlockFloats = (128 << 10) / sizeof(float);
// A gradient by the kernel up to this size is summed in 16 groups of outputs, each with a sum of its own; for a larger
// one so many sums would take too much memory, and the threads share out its rows. (Both decide the order of the sums,
// so they look neither at the machine nor at the number of threads.)
constexpr int64_t kGroupFloats = 64 << 10;
constexpr int64_t kWeightGroups = 16;
constexpr int64_t kSharedFloats = (8 << 20) / sizeof(float);

// Patches of one block: whole tiles of the matrix product (6 rows), as many as fit.
int64_t block_rows(const ConvShape& s) { return std::clamp<int64_t>(kBlockFloats / patch_size(s) / 6 * 6, 6, 192); }

// Adds gathered gradients of patches back to where they came from.
void scatter_patches(const ConvShape& s, const float* patches, int64_t begin, int64_t end, float* dx) {
  if (is_dilated(s)) return scatter_taps(s, patches, s.ci, s.ci, begin, end, dx);
  const int64_t width = s.kw * s.ci;
  for (int64_t out = begin; out < end; ++out) {
    const int64_t ow = out % s.ow, oh = out / s.ow % s.oh, n = out / s.ow / s.oh;
    const int64_t column = ow * s.sw - s.pad_left;
    const int64_t first = std::clamp<int64_t>(-column, 0, s.kw), last = std::clamp<int64_t>(s.w - column, first, s.kw);
    for (int64_t i = 0; i < s.kh; ++i, patches += width) {
      const int64_t row = oh * s.sh - s.pad_top + i;
      if (row < 0 || row >= s.h || first == last) continue;
      float* to = dx + ((n * s.h + row) * s.w + column + first) * s.ci;
      const float* from = patches + first * s.ci;
      for (int64_t c = 0; c < (last - first) * s.ci; ++c) to[c] += from[c];
    }
  }
}

int64_t weight_groups(const ConvShape& s) {
  return s.w_floats() <= kGroupFloats ? std::min<int64_t>(kWeightGroups, output_rows(s)) : 1;
}

int64_t shared_rows(const ConvShape& s) {
  return std::min(output_rows(s), std::max<int64_t>(64, kSharedFloats / patch_size(s)));
}

int64_t forward_blocks(const ConvShape& s) { return (output_rows(s) + block_rows(s) - 1) / block_rows(s); }

// One image of many channels, or a dense layer: blocks would be too few for the threads, and each would read the whole
// kernel. (Scratch planned for more images may be too little for all patches of fewer.)
bool gathers_first(const ConvShape& s, int64_t scratch_floats) {
  return forward_blocks(s) < 4 * num_threads() && (is_pointwise(s) || output_rows(s) * patch_size(s) <= scratch_floats);
}

// One forward pass: patches [outputs, kh*kw*ci] times the kernel [kh*kw*ci, co].
struct ForwardPass {
  const ConvShape& s;
  const float* x;
  const float* prepared;
  const ConvEpilogue& epilogue;
  float* y;
  Scratch scratch;

  // Outputs [begin, end), of which the patches are given, for some output channels.
  void multiply(const float* patches, int64_t begin, int64_t end, int64_t channel, int64_t channels) const {
    const int64_t k = patch_size(s);
    float* out = y + begin * s.co + channel;
    gemm_packed({.m = end - begin, .n = channels, .k = k}, patches, k, prepared + channel * k, out, s.co, false);
    apply_epilogue(epilogue, end - begin, channel, channels, out, s.co);
  }

  // Every thread gathers blocks of its own and multiplies them by the whole kernel.
  void run_blocks() const {
    const int64_t k = patch_size(s), rows = output_rows(s), block = block_rows(s);
    const int64_t per_slot = is_pointwise(s) ? 0 : aligned_floats(block * k);
    const int slots = per_slot == 0 ? 1 << 16 : static_cast<int>(scratch.floats / per_slot);
    parallel_for_slots(forward_blocks(s), slots, [&](int64_t item, int slot) {
      const int64_t begin = item * block, end = std::min(begin + block, rows);
      const float* patches = x + begin * s.ci;
      if (per_slot > 0) {
        gather_patches(s, x, s.ci, begin, end, scratch.data + slot * per_slot);
        patches = scratch.data + slot * per_slot;
      }
      multiply(patches, begin, end, 0, s.co);
    });
  }

  // All threads gather, then share out the kernel's panels, so that each is read once.
  void run_shared() const {
    const int64_t k = patch_size(s), rows = output_rows(s), panel = gemm_panel_width();
    const float* patches = x;
    if (!is_pointwise(s)) {
      parallel_ranges(rows, 1, [&](int64_t begin, int64_t end) {
        gather_patches(s, x, s.ci, begin, end, scratch.data + begin * k);
      });
      patches = scratch.data;
    }
    parallel_for((s.co + panel - 1) / panel, [&](int64_t item) {
      const int64_t channel = item * panel;
      multiply(patches, 0, rows, channel, std::min(panel, s.co - channel));
    });
  }
};

// dw = patches' * dy, in groups of neighbouring outputs whose sums are added in their order at the end.
void weights_in_groups(const ConvShape& s, const float* x, const float* dy, float* dw, Scratch scratch) {
  const int64_t k = patch_size(s), rows = output_rows(s), groups = weight_groups(s),
                part = aligned_floats(s.w_floats());
  const int64_t per_group = (rows + groups - 1) / groups, block = block_rows(s);
  const int64_t per_slot = is_pointwise(s) ? 1 : aligned_floats(block * k);
  const int64_t slots = (scratch.floats - groups * part) / per_slot;
  parallel_for_slots(groups, static_cast<int>(std::min<int64_t>(slots, groups)), [&](int64_t group, int slot) {
    float* sum = scratch.data + group * part;
    const int64_t first = group * per_group, last = std::min(first + per_group, rows);
    if (first >= last) std::fill_n(sum, part, 0.0f);
    for (int64_t begin = first; begin < last; begin += block) {
      const int64_t end = std::min(begin + block, last);
      const float* patches = x + begin * s.ci;
      if (!is_pointwise(s)) {
        float* gathered = scratch.data + groups * part + slot * per_slot;
        gather_patches(s, x, s.ci, begin, end, gathered);
        patches = gathered;
      }
      gemm_transposed({.m = k, .n = s.co, .k = end - begin}, patches, k, dy + begin * s.co, s.co, sum, s.co,
                      begin > first);
    }
  });
  sum_parts(groups, part, s.w_floats(), scratch.data, dw);
}

// dw = patches' * dy in one sum: each thread makes some of its rows, over all outputs in their order.
void weights_shared(const ConvShape& s, const float* x, const float* dy, float* dw, Scratch scratch) {
  constexpr int64_t kRowsAtOnce = 48;
  const int64_t k = patch_size(s), rows = output_rows(s), set = is_pointwise(s) ? rows : shared_rows(s);
  for (int64_t first = 0; first < rows; first += set) {
    const int64_t count = std::min(set, rows - first);
    const float* patches = x + first * s.ci;
    if (!is_pointwise(s)) {
      parallel_ranges(count, 16, [&](int64_t begin, int64_t end) {
        gather_patches(s, x, s.ci, first + begin, first + end, scratch.data + begin * k);
      });
      patches = scratch.data;
    }
    parallel_ranges(k, kRowsAtOnce, [&](int64_t begin, int64_t end) {
      gemm_transposed({.m = end - begin, .n = s.co, .k = count}, patches + begin, k, dy + first * s.co, s.co,
                      dw + begin * s.co, s.co, first > 0);
    });
  }
}

int64_t prepared_floats(const ConvMethod&, const ConvShape& s) { return gemm_packed_floats(patch_size(s), s.co); }

void prepare(const ConvMethod&, const ConvShape& s, const float* w, float* prepared) {
  const int64_t k = patch_size(s);
  parallel_ranges(s.co, gemm_panel_width(), [&](int64_t begin, int64_t end) {
    gemm_pack(k, end - begin, {.data = w + begin, .row_stride = s.co, .column_stride = 1}, prepared + begin * k);
  });
}

int64_t working_floats(const ConvShape& s, ConvPass pass) {
  const int64_t k = patch_size(s);
  const int64_t block = aligned_floats(block_rows(s) * k) * num_threads();
  if (pass == ConvPass::kForward) {
    if (is_pointwise(s)) return 16;
    return forward_blocks(s) < 4 * num_threads() ? std::max(block, aligned_floats(output_rows(s) * k)) : block;
  }
  if (pass == ConvPass::kBackwardData) return aligned_floats(gemm_packed_floats(s.co, k)) + block;
  if (weight_groups(s) == 1) return is_pointwise(s) ? 16 : aligned_floats(shared_rows(s) * k);
  return weight_groups(s) * aligned_floats(s.w_floats()) + block;
}

void forward_prepared(const ConvMethod&, const ConvShape& s, const float* x, const float* prepared,
                      const ConvEpilogue& epilogue, float* y, Scratch scratch) {
  const ForwardPass pass{s, x, prepared, epilogue, y, scratch};
  gathers_first(s, scratch.floats) ? pass.run_shared() : pass.run_blocks();
}

void backward_data(const ConvMethod&, const ConvShape& s, const float* dy, const float* w, float* dx, Scratch scratch) {
  // Gradients of patches = dy [rows, co] * w' [co, kh*kw*ci].
  const int64_t k = patch_size(s), panel = gemm_panel_width(), packed = aligned_floats(gemm_packed_floats(s.co, k));
  parallel_ranges(k, panel, [&](int64_t begin, int64_t end) {
    gemm_pack(s.co, end - begin, {.data = w + begin * s.co, .row_stride = 1, .column_stride = s.co},
              scratch.data + begin * s.co);
  });
  if (is_pointwise(s)) {
    const int64_t rows = output_rows(s), block = std::min<int64_t>(rows, 96), panels = (k + panel - 1) / panel;
    parallel_for((rows + block - 1) / block * panels, [&](int64_t item) {
      const int64_t begin = item / panels * block, column = item % panels * panel;
      gemm_packed({.m = std::min(block, rows - begin), .n = std::min(panel, k - column), .k = s.co}, dy + begin * s.co,
                  s.co, scratch.data + column * s.co, dx + begin * k + column, k, false);
    });
    return;
  }
  const int64_t block = block_rows(s), per_slot = aligned_floats(block * k), image_rows = s.oh * s.ow;
  const int slots = static_cast<int>((scratch.floats - packed) / per_slot);
  // Images are independent; within one, patches are added in order.
  parallel_for_slots(s.n, slots, [&](int64_t n, int slot) {
    float* patches = scratch.data + packed + slot * per_slot;
    std::fill_n(dx + n * s.h * s.w * s.ci, s.h * s.w * s.ci, 0.0f);
    for (int64_t begin = n * image_rows; begin < (n + 1) * image_rows; begin += block) {
      const int64_t end = std::min(begin + block, (n + 1) * image_rows);
      gemm_packed({.m = end - begin, .n = k, .k = s.co}, dy + begin * s.co, s.co, scratch.data, patches, k, false);
      scatter_patches(s, patches, begin, end, dx);
    }
  });
}

void backward_weights(const ConvMethod&, const ConvShape& s, const float* x, const float* dy, float* dw,
                      Scratch scratch) {
  if (weight_groups(s) > 1) {
    weights_in_groups(s, x, dy, dw, scratch);
  } else {
    weights_shared(s, x, dy, dw, scratch);
  }
}

// Laying the kernel out comes first, in the scratch's beginning.
int64_t scratch_floats(const ConvMethod& method, const ConvShape& s, ConvPass pass) {
  const int64_t packed = pass == ConvPass::kForward ? aligned_floats(prepared_floats(method, s)) : 0;
  return packed + working_floats(s, pass);
}

}  // namespace

constinit const ConvFamily kDirectFamily = {
    .supports = [](const ConvMethod&, const ConvShape& s) { return s.groups == 1; },
    .cost = direct_cost,
    .prepared_floats = prepared_floats,
    .prepare = prepare,
    .prepared_scratch_floats = [](const ConvMethod&,
                                  const ConvShape& s) { return working_floats(s, ConvPass::kForward); },
    .forward_prepared = forward_prepared,
    .scratch_floats = scratch_floats,
    .forward = prepare_and_forward,
    .backward_data = backward_data,
    .backward_weights = backward_weights};

}  // namespace fer::kernels
