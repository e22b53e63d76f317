#include "image/pixels.h"

#include "core/assert.h"
#include "core/parallel.h"

namespace fer::image {
namespace {

constexpr int64_t kGrain = 16384;  // less is not worth another thread

}  // namespace

void pixels_to_floats(std::span<const uint8_t> pixels, float scale, float shift, std::span<float> out) {
  FER_ASSERT(pixels.size() == out.size());
  parallel_ranges(static_cast<int64_t>(out.size()), kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) out[i] = static_cast<float>(pixels[i]) * scale + shift;
  });
}

}  // namespace fer::image
