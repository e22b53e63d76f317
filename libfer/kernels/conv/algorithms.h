// The two families of algorithms behind kernels/conv/conv.h, one source each. Private to conv*.cc; arguments as there.
#pragma once

#include <cstdint>

#include "kernels/conv/conv.h"

namespace fer::kernels {

struct Scratch {
  float* data = nullptr;
  int64_t floats = 0;
};

// Floats rounded up to whole cache lines, so that every part of a scratch area is aligned.
inline int64_t aligned_floats(int64_t floats) { return (floats + 15) / 16 * 16; }

// Direct: rows of patches times the kernel as a matrix [kh*kw*ci, co].
int64_t direct_prepared_floats(const ConvShape& s);
void direct_prepare_weights(const ConvShape& s, const float* w, float* prepared);
int64_t direct_scratch_floats(const ConvShape& s, ConvPass pass);
void direct_forward(const ConvShape& s, const float* x, const float* prepared, const ConvEpilogue& epilogue, float* y,
                    Scratch scratch);
void direct_backward_data(const ConvShape& s, const float* dy, const float* w, float* dx, Scratch scratch);
void direct_backward_weights(const ConvShape& s, const float* x, const float* dy, float* dw, Scratch scratch);

// Winograd, with output tiles of m x m; bf16: transformed values are rounded to it before they are multiplied.
struct WinogradForm {
  int m = 4;
  bool bf16 = false;
};
int64_t winograd_prepared_floats(WinogradForm form, const ConvShape& s);
void winograd_prepare_weights(WinogradForm form, const ConvShape& s, const float* w, float* prepared);
int64_t winograd_prepared_scratch_floats(WinogradForm form, const ConvShape& s);
void winograd_forward_prepared(WinogradForm form, const ConvShape& s, const float* x, const float* prepared,
                               const ConvEpilogue& epilogue, float* y, Scratch scratch);
int64_t winograd_scratch_floats(WinogradForm form, const ConvShape& s, ConvPass pass);
int64_t winograd_weights_scratch_floats(WinogradForm form, const ConvShape& s);
void winograd_forward(WinogradForm form, const ConvShape& s, const float* x, const float* w,
                      const ConvEpilogue& epilogue, float* y, Scratch scratch);
void winograd_backward_data(WinogradForm form, const ConvShape& s, const float* dy, const float* w, float* dx,
                            Scratch scratch);
void winograd_backward_weights(WinogradForm form, const ConvShape& s, const float* x, const float* dy, float* dw,
                               Scratch scratch);

// out[i] = sum of parts[p * stride + i] over p, in order of p.
void sum_parts(int64_t parts, int64_t stride, int64_t floats, const float* in, float* out);

// x = epilogue(x) for rows of c channels, c_row floats apart, starting at channel `channel`.
void apply_epilogue(const ConvEpilogue& epilogue, int64_t rows, int64_t channel, int64_t channels, float* x,
                    int64_t row_stride);

}  // namespace fer::kernels
