// Moving cells about: zero padding, cutting off, repeating and bilinear resizing. x, dx [n,h,w,c]; outputs are
// overwritten.
#pragma once

#include <cstdint>
#include <span>

namespace fer::kernels {

// y, dy [n, h + 2*pad, w + 2*pad, c].
struct PadShape {
  int64_t n = 0, h = 0, w = 0, c = 0, pad = 0;
};
void zero_pad_forward(const PadShape& s, std::span<const float> x, std::span<float> y);
void zero_pad_backward(const PadShape& s, std::span<const float> dy, std::span<float> dx);

// y, dy [n, h - top - bottom, w - left - right, c], not empty.
struct CropShape {
  int64_t n = 0, h = 0, w = 0, c = 0, top = 0, bottom = 0, left = 0, right = 0;
};
void crop_forward(const CropShape& s, std::span<const float> x, std::span<float> y);
void crop_backward(const CropShape& s, std::span<const float> dy, std::span<float> dx);

// y, dy [n, h * rows, w * columns, c]: each cell of x stands in `rows` rows and `columns` columns. dx is the sum over
// them, row by row.
struct UpSampleShape {
  int64_t n = 0, h = 0, w = 0, c = 0, rows = 1, columns = 1;
};
void upsample_forward(const UpSampleShape& s, std::span<const float> x, std::span<float> y);
void upsample_backward(const UpSampleShape& s, std::span<const float> dy, std::span<float> dx);

// y, dy [n, oh, ow, c]. Half-pixel centres: row oh reads x at (oh + 0.5) * h / oh_count - 0.5, clamped to the image
// (TensorFlow's resize without antialiasing, PyTorch's align_corners=False).
struct ResizeShape {
  int64_t n = 0, h = 0, w = 0, c = 0, oh = 0, ow = 0;
};
void resize_bilinear_forward(const ResizeShape& s, std::span<const float> x, std::span<float> y);
void resize_bilinear_backward(const ResizeShape& s, std::span<const float> dy, std::span<float> dx);

}  // namespace fer::kernels
