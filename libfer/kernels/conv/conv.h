// Convolution of a batch: y[n,oh,ow,co] = bias[co] + sum over kh,kw,ci of x[n, oh*sh+kh-pad_top, ow*sw+kw-pad_left, ci]
// * w[kh,kw,ci,co]. (A cross-correlation, as in Keras and PyTorch; cells outside x count as zero.) With a dilation it
// reads x at kh*dilation_h and kw*dilation_w instead. With groups, w is [kh,kw,ci/groups,co] and the channels fall into
// `groups` equal parts, in order: outputs of part g see the inputs of part g alone.
//
// Arguments, everywhere:
//   x  [n,h,w,ci]    w  [kh,kw,ci,co]    bias, db  [co]    y  [n,oh,ow,co]; dx, dw, dy likewise
//   scratch   conv_scratch_floats(...) floats, for this n or a larger one, 64-byte aligned; contents undefined before
//             and after
// Outputs are overwritten and must not overlap inputs. Sizes are the caller's duty (asserted in debug builds). Does not
// allocate, throw or keep pointers. Same bits for any number of threads on one instruction set. Error against the
// reference: tests/kernels/conv/conv_test.cc.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fer/precision.h"
#include "kernels/conv/epilogue.h"
#include "kernels/shapes.h"

namespace fer::kernels {

// direct: matrix products over rows of the image as it lies in memory; one group. grouped: the same for each of several
// groups. winograd: minimal filtering (kernels/conv/winograd/WINOGRAD.md), stride and dilation 1 and one group only,
// 3x3 kernels and, for kWinograd4Of5, 5x5; the number is the side of an output tile. Bf16: what is multiplied is
// rounded to bf16, sums are floats. What each is stands in one row of the table in algorithms.cc.
enum class ConvAlgorithm {
  kDirect,
  kGrouped,
  kWinograd2,
  kWinograd3,
  kWinograd4,
  kWinograd5,
  kWinograd6,
  kWinograd4Of5,
  kWinograd2Bf16,
  kWinograd3Bf16,
  kWinograd4Bf16,
  kWinograd5Bf16
};
enum class ConvPass { kForward, kBackwardData, kBackwardWeights };

// All there are, in the order of the enumeration.
std::vector<ConvAlgorithm> conv_algorithms();
const char* conv_algorithm_name(ConvAlgorithm algorithm);
bool conv_supports(ConvAlgorithm algorithm, const ConvShape& s);
// The algorithm that a cost model (measured figures in kernels/conv/choice.cc) holds for fastest; those in bf16 take
// part where that is allowed.
ConvAlgorithm conv_choose(const ConvShape& s, ConvPass pass, Precision precision = Precision::kFp32);
// The same for a forward pass with prepared weights, whose algorithm matters more where there are few images: then
// reading expanded weights costs more than multiplying by them.
ConvAlgorithm conv_choose_prepared(const ConvShape& s);
int64_t conv_scratch_floats(const ConvShape& s, ConvPass pass, ConvAlgorithm algorithm);

void conv_forward(const ConvShape& s, ConvAlgorithm algorithm, std::span<const float> x, std::span<const float> w,
                  const ConvEpilogue& epilogue, std::span<float> y, std::span<float> scratch);

// The forward pass in two parts, for weights that are used many times: conv_prepare_weights lays w out as the algorithm
// reads it (conv_prepared_floats floats, 64-byte aligned; valid for the instruction set it was made on, any n).
int64_t conv_prepared_floats(const ConvShape& s, ConvAlgorithm algorithm);
void conv_prepare_weights(const ConvShape& s, ConvAlgorithm algorithm, std::span<const float> w,
                          std::span<float> prepared);
int64_t conv_forward_prepared_scratch_floats(const ConvShape& s, ConvAlgorithm algorithm);
void conv_forward_prepared(const ConvShape& s, ConvAlgorithm algorithm, std::span<const float> x,
                           std::span<const float> prepared, const ConvEpilogue& epilogue, std::span<float> y,
                           std::span<float> scratch);

// dx[n,h,w,ci] = sum of dy * w over every output that x reached.
void conv_backward_data(const ConvShape& s, ConvAlgorithm algorithm, std::span<const float> dy,
                        std::span<const float> w, std::span<float> dx, std::span<float> scratch);
// dw[kh,kw,ci,co] (with groups [kh,kw,ci/groups,co]) = sum over n,oh,ow of x * dy.
void conv_backward_weights(const ConvShape& s, ConvAlgorithm algorithm, std::span<const float> x,
                           std::span<const float> dy, std::span<float> dw, std::span<float> scratch);

}  // namespace fer::kernels
