// Winograd's filtering as a family of convolution algorithms: the passes, for any tile. Private to this folder;
// arguments as in kernels/conv/conv.h, `prepared` being transformed kernels as prepare_weights leaves them.
#pragma once

#include <cstdint>

#include "kernels/conv/conv.h"
#include "kernels/scratch.h"

namespace fer::kernels::winograd {

// Output tiles of m x m; bf16: transformed values are rounded to it before they are multiplied.
struct Form {
  int m = 4;
  bool bf16 = false;
};

// Forward and by the input (data.cc).
int64_t prepared_floats(Form form, const ConvShape& s);
void prepare_weights(Form form, const ConvShape& s, const float* w, float* prepared);
int64_t prepared_scratch_floats(Form form, const ConvShape& s);
void forward_prepared(Form form, const ConvShape& s, const float* x, const float* prepared,
                      const ConvEpilogue& epilogue, float* y, Scratch scratch);
int64_t forward_scratch_floats(Form form, const ConvShape& s);
void forward(Form form, const ConvShape& s, const float* x, const float* w, const ConvEpilogue& epilogue, float* y,
             Scratch scratch);
int64_t backward_data_scratch_floats(Form form, const ConvShape& s);
void backward_data(Form form, const ConvShape& s, const float* dy, const float* w, float* dx, Scratch scratch);

// By the kernel (weights.cc).
int64_t backward_weights_scratch_floats(Form form, const ConvShape& s);
void backward_weights(Form form, const ConvShape& s, const float* x, const float* dy, float* dw, Scratch scratch);

}  // namespace fer::kernels::winograd
