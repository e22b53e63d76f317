#include "network/geometry.h"

#include <algorithm>

namespace fer {

AxisWindow axis_window(int64_t in, int64_t kernel, int64_t stride, const Padding& padding) {
  if (padding.kind == Padding::Kind::kSame) {
    const int64_t out = (in + stride - 1) / stride;
    const int64_t total = std::max<int64_t>((out - 1) * stride + kernel - in, 0);
    return {total / 2, out};
  }
  const int64_t cells = padding.kind == Padding::Kind::kExplicit ? padding.cells : 0;
  const int64_t padded = in + 2 * cells;
  return {cells, padded < kernel ? 0 : (padded - kernel) / stride + 1};
}

Window window(const Shape& input, const Pair& kernel, const Pair& strides, const Padding& padding) {
  const AxisWindow rows = axis_window(input[0], kernel[0], strides[0], padding);
  const AxisWindow columns = axis_window(input[1], kernel[1], strides[1], padding);
  return {rows.before, columns.before, rows.out, columns.out};
}

}  // namespace fer
