// bfloat16: the upper half of a float, rounded to nearest, even. Two of them, which are multiplied by two others and
// summed, lie in the place of one float; so a product of matrices of bf16 walks over memory as one of floats does.
#pragma once

namespace fer::kernels {

// Whether the CPU has AVX512_BF16 (whatever instruction set is in use).
bool cpu_has_bf16();

}  // namespace fer::kernels
