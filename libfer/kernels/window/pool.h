// Pooling. x, dx [n,h,w,c]; y, dy [n,oh,ow,c]. Outputs are overwritten. Padding never wins a max and is not counted in
// an average. Windows that overlap add up in the backward pass, in a fixed order.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/shapes.h"

namespace fer::kernels {

// What a pool is taken of in place of x: x * scale + shift per channel (empty: x itself), and then, if relu, max(., 0):
// a batch norm and its activation, without writing them out.
struct NormedPool {
  std::span<const float> scale = {}, shift = {};
  bool relu = false;
};

// winner[n,oh,ow,c] = kh*s.kw + kw of the first largest cell of the window (s.kh * s.kw <= 255); may be empty in
// inference. NaN wins.
void max_pool_forward(const PoolShape& s, std::span<const float> x, std::span<float> y, std::span<uint8_t> winner,
                      const NormedPool& norm = {});
void max_pool_backward(const PoolShape& s, std::span<const float> dy, std::span<const uint8_t> winner,
                       std::span<float> dx);

void average_pool_forward(const PoolShape& s, std::span<const float> x, std::span<float> y);
void average_pool_backward(const PoolShape& s, std::span<const float> dy, std::span<float> dx);

}  // namespace fer::kernels
