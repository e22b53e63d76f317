// Constants computed from constants.
#pragma once

#include "onnx/file/constant.h"

namespace fer::onnx_file {

// A file of a few bytes can ask for much: these throw Error before they make a constant larger than this.
inline constexpr int64_t kMaxComputedBytes = int64_t{1} << 28;

enum class Operation { kAdd, kSub, kMul, kDiv };

// INT64, of shape [n].
Constant whole_numbers(const Dims& values);
// The same values in another shape; Error unless it holds as many.
Constant with_dims(const Constant& constant, Dims dims);
// One value over and over.
Constant filled(const Dims& dims, const Constant& value);
Constant transposed(const Constant& constant, const Dims& perm);
// What lies at these indices of the first axis.
Constant rows(const Constant& constant, const Dims& indices);
// One after another along the first axis.
Constant joined(const std::vector<Constant>& parts);
// Element by element, with extents of 1 repeated as the other has them. Whole numbers are computed in 64 bits: Error on
// what does not fit, on a division by 0, and on the batch, which is not known.
Constant computed(Operation operation, const Constant& a, const Constant& b);

}  // namespace fer::onnx_file
