// Convolution in groups of channels: for each group blocks of patches, gathered from its channels of the image, times
// its part of the kernel as a matrix. Groups are independent but in the cache lines that they share.
#include <algorithm>

#include "core/parallel.h"
#include "kernels/conv/algorithms.h"
#include "kernels/conv/patches.h"
#include "kernels/gemm/gemm.h"

namespace fer::kernels {
namespace {

// A block of gathered patches: 128 KiB, so that it stays in the second-level cache until it is multiplied.
constexpr int64_t kPatchFloats = (128 << 10) / sizeof(float);
// A gradient by the kernel up to this size is summed in 16 parts of the outputs, each with a sum of its own, so that
// also two groups keep more threads busy; for a larger one so many sums would take too much memory. (Both decide the
// order of the sums, so they look neither at the machine nor at the number of threads.)
constexpr int64_t kSummedFloats = 64 << 10;
constexpr int64_t kSums = 16;

// The convolution of one group, whose pixels and outputs lie s.ci and s.co values apart.
ConvShape one_group(ConvShape s) {
  s.ci /= s.groups;
  s.co /= s.groups;
  s.groups = 1;
  return s;
}

// Outputs of one block: whole tiles of the matrix product (6 rows), as many as fit.
int64_t rows_at_once(const ConvShape& one) {
  return std::clamp<int64_t>(kPatchFloats / patch_size(one) / 6 * 6, 6, 192);
}
int64_t block_floats(const ConvShape& one) { return aligned_floats(rows_at_once(one) * patch_size(one)); }
int64_t group_packed(const ConvShape& one) { return gemm_packed_floats(patch_size(one), one.co); }
int64_t transposed_packed(const ConvShape& one) { return aligned_floats(gemm_packed_floats(one.co, patch_size(one))); }

int64_t weight_sums(const ConvShape& s) {
  return s.w_floats() <= kSummedFloats ? std::min<int64_t>(kSums, output_rows(s)) : 1;
}

int slots_in(int64_t floats, const ConvShape& one) {
  return static_cast<int>(std::min<int64_t>(floats / block_floats(one), 1 << 16));
}

int64_t prepared_floats(const ConvMethod&, const ConvShape& s) { return s.groups * group_packed(one_group(s)); }

void prepare(const ConvMethod&, const ConvShape& s, const float* w, float* prepared) {
  const ConvShape one = one_group(s);
  parallel_for(s.groups, [&](int64_t group) {
    gemm_pack(patch_size(one), one.co, {.data = w + group * one.co, .row_stride = s.co, .column_stride = 1},
              prepared + group * group_packed(one));
  });
}

int64_t prepared_scratch_floats(const ConvMethod&, const ConvShape& s) {
  return block_floats(one_group(s)) * num_threads();
}

void forward_prepared(const ConvMethod&, const ConvShape& s, const float* x, const float* prepared,
                      const ConvEpilogue& epilogue, float* y, Scratch scratch) {
  const ConvShape one = one_group(s);
  const int64_t k = patch_size(one), rows = output_rows(s), block = rows_at_once(one);
  const int64_t blocks = (rows + block - 1) / block;
  parallel_for_slots(blocks * s.groups, slots_in(scratch.floats, one), [&](int64_t item, int slot) {
    const int64_t group = item % s.groups, begin = item / s.groups * block, end = std::min(begin + block, rows);
    const int64_t channel = group * one.co;
    float* patches = scratch.data + slot * block_floats(one);
    gather_taps(one, x + group * one.ci, s.ci, one.ci, begin, end, patches);
    float* out = y + begin * s.co + channel;
    gemm_packed({.m = end - begin, .n = one.co, .k = k}, patches, k, prepared + group * group_packed(one), out, s.co,
                false);
    apply_epilogue(epilogue, end - begin, channel, one.co, out, s.co);
  });
}

void backward_data(const ConvMethod&, const ConvShape& s, const float* dy, const float* w, float* dx, Scratch scratch) {
  // Gradients of a group's patches = its dy [rows, co] * w' [co, kh*kw*ci].
  const ConvShape one = one_group(s);
  const int64_t k = patch_size(one), packed = transposed_packed(one), block = rows_at_once(one);
  const int64_t image_rows = s.oh * s.ow, pixels = s.h * s.w;
  parallel_for(s.groups, [&](int64_t group) {
    gemm_pack(one.co, k, {.data = w + group * one.co, .row_stride = 1, .column_stride = s.co},
              scratch.data + group * packed);
  });
  // Images and groups are independent; within one, patches are added in order.
  const int slots = slots_in(scratch.floats - s.groups * packed, one);
  parallel_for_slots(s.n * s.groups, slots, [&](int64_t item, int slot) {
    const int64_t group = item % s.groups, n = item / s.groups;
    float* patches = scratch.data + s.groups * packed + slot * block_floats(one);
    float* to = dx + group * one.ci;
    for (int64_t at = n * pixels; at < (n + 1) * pixels; ++at) std::fill_n(to + at * s.ci, one.ci, 0.0f);
    for (int64_t begin = n * image_rows; begin < (n + 1) * image_rows; begin += block) {
      const int64_t end = std::min(begin + block, (n + 1) * image_rows);
      gemm_packed({.m = end - begin, .n = k, .k = one.co}, dy + begin * s.co + group * one.co, s.co,
                  scratch.data + group * packed, patches, k, false);
      scatter_taps(one, patches, s.ci, one.ci, begin, end, to);
    }
  });
}

// dw = patches' * dy for each group, in parts of neighbouring outputs whose sums are added in their order at the end.
void backward_weights(const ConvMethod&, const ConvShape& s, const float* x, const float* dy, float* dw,
                      Scratch scratch) {
  const ConvShape one = one_group(s);
  const int64_t k = patch_size(one), rows = output_rows(s), block = rows_at_once(one);
  const int64_t parts = weight_sums(s), part = aligned_floats(s.w_floats()), per_part = (rows + parts - 1) / parts;
  const int slots = slots_in(scratch.floats - parts * part, one);
  parallel_for_slots(parts * s.groups, slots, [&](int64_t item, int slot) {
    const int64_t group = item % s.groups, number = item / s.groups, channel = group * one.co;
    const int64_t first = number * per_part, last = std::min(first + per_part, rows);
    float* sum = scratch.data + number * part + channel;
    float* patches = scratch.data + parts * part + slot * block_floats(one);
    if (first >= last) {
      for (int64_t i = 0; i < k; ++i) std::fill_n(sum + i * s.co, one.co, 0.0f);
    }
    for (int64_t begin = first; begin < last; begin += block) {
      const int64_t end = std::min(begin + block, last);
      gather_taps(one, x + group * one.ci, s.ci, one.ci, begin, end, patches);
      gemm_transposed({.m = k, .n = one.co, .k = end - begin}, patches, k, dy + begin * s.co + channel, s.co, sum, s.co,
                      begin > first);
    }
  });
  sum_parts(parts, part, s.w_floats(), scratch.data, dw);
}

// In the forward pass laying the kernel out comes first, in the scratch's beginning.
int64_t scratch_floats(const ConvMethod& method, const ConvShape& s, ConvPass pass) {
  const ConvShape one = one_group(s);
  const int64_t blocks = block_floats(one) * num_threads();
  if (pass == ConvPass::kForward) return aligned_floats(prepared_floats(method, s)) + blocks;
  if (pass == ConvPass::kBackwardData) return s.groups * transposed_packed(one) + blocks;
  return weight_sums(s) * aligned_floats(s.w_floats()) + blocks;
}

}  // namespace

constinit const ConvFamily kGroupedFamily = {
    .supports = [](const ConvMethod&, const ConvShape& s) { return s.groups > 1; },
    .cost = direct_cost,
    .prepared_floats = prepared_floats,
    .prepare = prepare,
    .prepared_scratch_floats = prepared_scratch_floats,
    .forward_prepared = forward_prepared,
    .scratch_floats = scratch_floats,
    .forward = prepare_and_forward,
    .backward_data = backward_data,
    .backward_weights = backward_weights};

}  // namespace fer::kernels
