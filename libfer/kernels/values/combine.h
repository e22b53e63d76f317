// Products and concatenation of values, and the largest value of each channel. Outputs are overwritten; they do not
// overlap inputs unless said. `pixels` are rows times columns of one image. Same bits for any number of threads.
#pragma once

#include <cstdint>
#include <span>

namespace fer::kernels {

// y[n,pixel,c] = x[n,pixel,c] * gate[n,c]
struct GateShape {
  int64_t n = 0, pixels = 0, c = 0;
};
void gate_channels(const GateShape& s, std::span<const float> x, std::span<const float> gate, std::span<float> y);
// dx = dy * gate, dgate[n,c] = sum over pixels of dy * x; either may be empty, and dx may be dy.
void gate_channels_backward(const GateShape& s, std::span<const float> dy, std::span<const float> x,
                            std::span<const float> gate, std::span<float> dx, std::span<float> dgate);

// One input of a concatenation: channels [first, first + part) of `all`. `pixels` are those of the whole batch.
struct PartShape {
  int64_t pixels = 0, all = 0, first = 0, part = 0;
};
void copy_into_channels(const PartShape& s, std::span<const float> part, std::span<float> all);
void copy_from_channels(const PartShape& s, std::span<const float> all, std::span<float> part);

// y[n,c] = the largest of x[n,:,c]; winner[n,c] the first pixel that has it. NaN wins.
void global_max_forward(const GateShape& s, std::span<const float> x, std::span<float> y, std::span<int32_t> winner);
void global_max_backward(const GateShape& s, std::span<const float> dy, std::span<const int32_t> winner,
                         std::span<float> dx);

}  // namespace fer::kernels
