#include "onnx/write/windows.h"

#include <algorithm>

#include "network/geometry.h"

namespace fer::onnx_file {
namespace {

// Cells before and after rows and columns, as ONNX orders them: [top, left, bottom, right].
Ints pads_of(const Shape& input, const Pair& kernel, const Pair& strides, const Padding& padding) {
  const Window w = window(input, kernel, strides, padding);
  if (padding.kind != Padding::Kind::kSame) return {w.pad_top, w.pad_left, w.pad_top, w.pad_left};
  const auto after = [&](int axis, int64_t out, int64_t before) {
    return std::max<int64_t>((out - 1) * strides[axis] + kernel[axis] - input[axis], 0) - before;
  };
  return {w.pad_top, w.pad_left, after(0, w.out_h, w.pad_top), after(1, w.out_w, w.pad_left)};
}

void set_window(onnx::NodeProto& node, const WrittenWindow& window) {
  set_attribute(node, "kernel_shape", Ints(window.kernel.begin(), window.kernel.end()));
  set_attribute(node, "strides", Ints(window.strides.begin(), window.strides.end()));
  const Pair reach = dilated(window.kernel, window.dilation);
  set_attribute(node, "pads", pads_of(window.input, reach, window.strides, window.padding));
}

}  // namespace

void set_convolution(onnx::NodeProto& node, const WrittenWindow& window, int64_t groups) {
  set_window(node, window);
  set_attribute(node, "dilations", Ints(window.dilation.begin(), window.dilation.end()));
  set_attribute(node, "group", groups);
}

void set_max_pool(onnx::NodeProto& node, const WrittenWindow& window, int64_t opset) {
  set_window(node, window);
  set_attribute(node, "storage_order", int64_t{0});
  if (opset < 10) return;
  set_attribute(node, "ceil_mode", int64_t{0});
  set_attribute(node, "dilations", Ints{1, 1});
}

void set_average_pool(onnx::NodeProto& node, const WrittenWindow& window, int64_t opset) {
  set_window(node, window);
  set_attribute(node, "count_include_pad", int64_t{0});
  if (opset >= 10) set_attribute(node, "ceil_mode", int64_t{0});
  if (opset >= 19) set_attribute(node, "dilations", Ints{1, 1});
}

}  // namespace fer::onnx_file
