#include "onnx/read/value.h"

#include <fmt/format.h>

#include <cmath>

namespace fer::onnx_file {

Dims file_dims(const Value& x) {
  const Dims& dims = x.shape.dims();
  if (x.axes == Value::Axes::kChannelsFirst) return {dims[2], dims[0], dims[1]};
  if (x.axes == Value::Axes::kChannelsLast && x.rank == 3) return {dims[0] * dims[1], dims[2]};
  Dims same = dims;
  if (x.is_flat()) same.resize(x.rank - 1, 1);
  return same;
}

int64_t file_index(const Shape& flattened, int64_t i) {
  if (flattened.rank() == 0) return i;
  const int64_t cells = flattened[0] * flattened[1], channels = flattened[2];
  return i % channels * cells + i / channels;
}

bool takes_pixels(const Preprocessing& scaled) {
  if (scaled.shift == 0) return std::fabs(scaled.scale) < 1;
  return std::fabs(scaled.shift) > std::fabs(scaled.scale);
}

std::string shown_axes(const Value& x) {
  const char* axes = "undecided axes";
  if (x.axes == Value::Axes::kChannelsFirst) axes = "[n, c, h, w]";
  if (x.axes == Value::Axes::kChannelsLast) axes = x.rank == 3 ? "[n, k, c]" : "[n, h, w, c]";
  if (x.is_flat()) axes = x.rank == 2 ? "[n, k]" : x.rank == 3 ? "[n, k, 1]" : "[n, k, 1, 1]";
  const char* order = x.flattened.rank() != 0 ? ", a flattened picture" : "";
  return fmt::format("{} of {}{}", axes, shown_dims(file_dims(x)), order);
}

const char* other_half(Value::Half half) {
  switch (half) {
    case Value::Half::kRepeated:
      return "expected a product with a picture after Expand";
    case Value::Half::kMean:
      return "expected the mean over height and width";
    case Value::Half::kPadded:
      return "expected the same zeros on all four sides, or before a convolution those of Keras's \"same\"";
    case Value::Half::kMerged:
      return "expected a dense layer, and a Reshape that gives the batch back";
    case Value::Half::kLog:
      return "expected LogSoftmax to be the last";
    case Value::Half::kNone:
      break;
  }
  return "expected a value";
}

}  // namespace fer::onnx_file
