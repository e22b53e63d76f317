// Convolutions and pools as ONNX says them: every attribute is written, also those that have a default, since not every
// reader knows the defaults (OpenCV 4.6 and ncnn want kernel_shape).
#pragma once

#include "fer/network.h"
#include "onnx/write/graph_writer.h"

namespace fer::onnx_file {

// What a convolution or pool sees of its input [h, w, c].
struct WrittenWindow {
  const Shape& input;
  Pair kernel, strides;
  const Padding& padding;
  Pair dilation = {1, 1};  // of a convolution
};

void set_convolution(onnx::NodeProto& node, const WrittenWindow& window, int64_t groups = 1);
void set_max_pool(onnx::NodeProto& node, const WrittenWindow& window, int64_t opset);
// Padded cells do not count.
void set_average_pool(onnx::NodeProto& node, const WrittenWindow& window, int64_t opset);

}  // namespace fer::onnx_file
