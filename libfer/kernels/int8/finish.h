// What becomes of the sums of 8-bit products. Private to kernels/int8.
#pragma once

#include "kernels/int8/int8.h"

namespace fer::kernels {

// Rows of int8_gemm's c, for output channels [channel, channel + channels) of the epilogue. y points at the first of
// them; rows are y_row values apart.
void int8_finish(const Int8Epilogue& e, int64_t rows, int64_t channel, int64_t channels, const int32_t* sums, float* y,
                 int64_t y_row);
void int8_finish(const Int8Epilogue& e, int64_t rows, int64_t channel, int64_t channels, const int32_t* sums,
                 const Int8Range& range, uint8_t* y, int64_t y_row);

}  // namespace fer::kernels
