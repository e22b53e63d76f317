// Convolution of bytes: patches, gathered from the image as it lies, times the kernel as a matrix, cut as in
// conv/direct.cc.
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/assert.h"
#include "core/parallel.h"
#include "kernels/conv/patches.h"
#include "kernels/int8/finish.h"
#include "kernels/int8/gemm.h"
#include "kernels/int8/int8.h"

namespace fer::kernels {
namespace {

// A block of gathered patches stays in the second-level cache until it is multiplied.
constexpr int64_t kBlockBytes = 128 << 10;

int64_t patch_bytes(const ConvShape& s) { return s.kh * s.kw * byte_cell(s.ci); }
int64_t block_rows(const ConvShape& s) { return std::clamp<int64_t>(kBlockBytes / patch_bytes(s) / 6 * 6, 6, 96); }
int64_t blocks_of(const ConvShape& s) { return (output_rows(s) + block_rows(s) - 1) / block_rows(s); }
int64_t filled_panel(int64_t channels) { return (channels + kInt8Lanes - 1) / kInt8Lanes * kInt8Lanes; }
int64_t aligned_bytes(int64_t bytes) { return (bytes + 63) / 64 * 64; }

// The sums of a block's rows for one panel.
constexpr int64_t kMostRows = 96;
constexpr int64_t kSumBytes = kMostRows * kInt8Panel * static_cast<int64_t>(sizeof(int32_t));

template <class Output>
struct Pass {
  const ConvShape& s;
  const Int8Conv& conv;
  const uint8_t* x;
  const Output& output;
  std::span<uint8_t> scratch;

  // Outputs [begin, end), at most kMostRows of them, of which the patches are given, for one panel.
  void multiply(const uint8_t* patches, int64_t begin, int64_t end, int64_t channel, int32_t* sums) const {
    const int64_t channels = std::min(kInt8Panel, s.co - channel);
    int8_gemm({.m = end - begin,
               .groups = patch_bytes(s) / 4,
               .width = filled_panel(channels),
               .a = patches,
               .a_row = patch_bytes(s),
               .b = conv.prepared + channel * patch_bytes(s),
               .start = conv.start + channel,
               .c = sums});
    output.finish(conv.epilogue, begin, end, channel, channels, sums);
  }

  // Every thread gathers blocks of its own and multiplies them by the whole kernel.
  void run_blocks() const {
    const int64_t rows = output_rows(s), block = block_rows(s),
                  per_slot = kSumBytes + aligned_bytes(block * patch_bytes(s));
    const auto slots = static_cast<int>(static_cast<int64_t>(scratch.size()) / per_slot);
    parallel_for_slots(blocks_of(s), slots, [&](int64_t item, int slot) {
      uint8_t* mine = scratch.data() + slot * per_slot;
      const int64_t begin = item * block, end = std::min(begin + block, rows);
      const uint8_t* patches = x + begin * byte_cell(s.ci);
      if (!is_pointwise(s)) {
        gather_patches(s, x, byte_cell(s.ci), begin, end, mine + kSumBytes, conv.x_zero);
        patches = mine + kSumBytes;
      }
      for (int64_t channel = 0; channel < s.co; channel += kInt8Panel)
        multiply(patches, begin, end, channel, reinterpret_cast<int32_t*>(mine));
    });
  }

  // All threads gather, then share out the kernel's panels, so that each is read once.
  void run_shared() const {
    const int64_t rows = output_rows(s), panels = (s.co + kInt8Panel - 1) / kInt8Panel;
    const int slots = num_threads();
    uint8_t* gathered = scratch.data() + slots * kSumBytes;
    if (!is_pointwise(s)) {
      parallel_ranges(rows, 1, [&](int64_t begin, int64_t end) {
        gather_patches(s, x, byte_cell(s.ci), begin, end, gathered + begin * patch_bytes(s), conv.x_zero);
      });
    }
    const uint8_t* patches = is_pointwise(s) ? x : gathered;
    parallel_for_slots(panels, slots, [&](int64_t panel, int slot) {
      for (int64_t begin = 0; begin < rows; begin += kMostRows) {
        multiply(patches + begin * patch_bytes(s), begin, std::min(begin + kMostRows, rows), panel * kInt8Panel,
                 reinterpret_cast<int32_t*>(scratch.data() + slot * kSumBytes));
      }
    });
  }

  void run() const {
    const int64_t shared = num_threads() * kSumBytes + (is_pointwise(s) ? 0 : output_rows(s) * patch_bytes(s));
    const bool few_blocks = blocks_of(s) < 4 * num_threads();
    few_blocks&& shared <= static_cast<int64_t>(scratch.size()) ? run_shared() : run_blocks();
  }
};

struct FloatOutput {
  int64_t co;
  float* y;
  void finish(const Int8Epilogue& e, int64_t begin, int64_t end, int64_t channel, int64_t channels,
              const int32_t* sums) const {
    int8_finish(e, end - begin, channel, channels, sums, y + begin * co + channel, co);
  }
};

struct ByteOutput {
  int64_t co;
  const Int8Range& range;
  uint8_t* y;
  void finish(const Int8Epilogue& e, int64_t begin, int64_t end, int64_t channel, int64_t channels,
              const int32_t* sums) const {
    const int64_t cell = byte_cell(co);
    int8_finish(e, end - begin, channel, channels, sums, range, y + begin * cell + channel, cell);
    if (channel + channels < co) return;
    for (int64_t row = begin; row < end; ++row) std::fill(y + row * cell + co, y + (row + 1) * cell, uint8_t{0});
  }
};

}  // namespace

// 0 must be one of the 256 steps, exactly: padding and what a relu cuts off are zeros.
Int8Range int8_range(float low, float high) {
  low = std::min(low, 0.0f);
  high = std::max(high, 0.0f);
  if (high - low < 1e-30f) return {};
  const float scale = (high - low) / 255.0f;
  return {scale, static_cast<int32_t>(std::lround(-low / scale))};
}

// Every product is at most 255 * 127 in size.
bool int8_conv_supports(const ConvShape& s) { return s.groups == 1 && s.kh * s.kw * s.ci <= INT32_MAX / (255 * 127); }

void int8_quantize_kernel(const ConvShape& s, std::span<const float> w, std::span<int8_t> q, std::span<float> scale) {
  const auto co = static_cast<size_t>(s.co);
  std::fill(scale.begin(), scale.end(), 0.0f);
  for (size_t i = 0; i < w.size(); ++i) scale[i % co] = std::max(scale[i % co], std::abs(w[i]));
  for (float& value : scale) value = value == 0 ? 1.0f : value / 127.0f;
  for (size_t i = 0; i < w.size(); ++i) {
    q[i] = static_cast<int8_t>(std::clamp(std::nearbyint(w[i] / scale[i % co]), -127.0f, 127.0f));
  }
}

int64_t int8_prepared_bytes(const ConvShape& s) { return patch_bytes(s) * filled_panel(s.co); }

// In panels of output channels, four neighbours along the sum together for each channel: what one instruction takes.
void int8_prepare_kernel(const ConvShape& s, std::span<const int8_t> q, std::span<int8_t> prepared) {
  const int64_t cell = byte_cell(s.ci), bytes = patch_bytes(s);
  std::fill(prepared.begin(), prepared.end(), int8_t{0});
  for (int64_t channel = 0; channel < s.co; channel += kInt8Panel) {
    const int64_t channels = std::min(kInt8Panel, s.co - channel), width = filled_panel(channels);
    int8_t* panel = prepared.data() + channel * bytes;
    for (int64_t tap = 0; tap < s.kh * s.kw; ++tap) {
      for (int64_t i = 0; i < s.ci; ++i) {
        const int64_t k = tap * cell + i;
        const int8_t* from = q.data() + (tap * s.ci + i) * s.co + channel;
        for (int64_t j = 0; j < channels; ++j) panel[k / 4 * 4 * width + 4 * j + k % 4] = from[j];
      }
    }
  }
}

int64_t int8_conv_scratch_bytes(const ConvShape& s) {
  const int64_t blocks = num_threads() * (kSumBytes + aligned_bytes(block_rows(s) * patch_bytes(s)));
  if (blocks_of(s) >= 4 * num_threads() || is_pointwise(s)) return blocks;
  return std::max(blocks, num_threads() * kSumBytes + aligned_bytes(output_rows(s) * patch_bytes(s)));
}

void int8_conv_forward(const ConvShape& s, const Int8Conv& conv, const uint8_t* x, float* y,
                       std::span<uint8_t> scratch) {
  FER_ASSERT(int8_conv_supports(s));
  const FloatOutput output{s.co, y};
  Pass<FloatOutput>{s, conv, x, output, scratch}.run();
}

void int8_conv_forward(const ConvShape& s, const Int8Conv& conv, const uint8_t* x, const Int8Range& y_range, uint8_t* y,
                       std::span<uint8_t> scratch) {
  FER_ASSERT(int8_conv_supports(s));
  const ByteOutput output{s.co, y_range, y};
  Pass<ByteOutput>{s, conv, x, output, scratch}.run();
}

}  // namespace fer::kernels
