// Kernels, strides and padding as nodes say them.
#pragma once

#include "onnx/read/reading.h"

namespace fer::onnx_file {

// Two numbers of an attribute, each 1 to 2^24. Throws Error on others.
Pair extents(Node& node, const char* name, const Pair& usual);

// What `auto_pad` and `pads` of a node amount to on an input [h, w, c], for a kernel that sees as far, with more zeros
// [top, left, bottom, right] from before, if any. Throws Error where libfer has no such padding: it is the same on all
// four sides, or as in Keras's "same".
Padding padding_of(Node& node, const Shape& input, const Pair& kernel, const Pair& strides, const Dims& before = {});

// Throws Error where `dilations` change what a pool's window sees.
void expect_plain_window(Node& node);

// What `ceil_mode` makes of a pool's padding: windows that go beyond the input are those of "same" where it puts all
// its cells at the end. Throws Error where they are not.
Padding ceil_padding(Node& node, const Shape& input, const Pair& kernel, const Pair& strides, const Padding& padding);

}  // namespace fer::onnx_file
