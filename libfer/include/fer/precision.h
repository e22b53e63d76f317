// The precision of the products in training.
#pragma once

#include <string>

#include "fer/export.h"

namespace FER_PUBLIC fer {

// kFp32: everything in 32-bit floats. kBf16: convolutions round what they multiply to bfloat16 (8 significant bits)
// where that is faster; sums, weights, gradients and all other layers stay in 32 bits. docs/training.md says what that
// costs.
enum class Precision { kFp32, kBf16 };

// "fp32" or "bf16".
const char* precision_name(Precision precision);
// Throws Error on another name.
Precision precision_from_name(const std::string& name);

// Whether the CPU, with the instruction set in use, has an instruction that multiplies bf16 (AVX512_BF16). Always true
// for kFp32.
bool precision_available(Precision precision);
// Throws Error where the precision is not available.
void expect_available(Precision precision);

}  // namespace fer
