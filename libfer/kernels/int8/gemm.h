// The products of 8-bit convolutions. Private to kernels/int8.
#pragma once

#include <cstdint>

namespace fer::kernels {

// Output channels that a panel of packed weights holds.
inline constexpr int64_t kInt8Panel = 64;
inline constexpr int64_t kInt8Lanes = 16;

// c [m, width] = start + a b for one panel: a is m rows of 4 * groups unsigned bytes, a_row bytes apart; b is
// [groups][width][4] signed bytes; width is 16, 32, 48 or 64; c has rows of kInt8Panel.
struct Int8Product {
  int64_t m = 0, groups = 0, width = 0;
  const uint8_t* a = nullptr;
  int64_t a_row = 0;
  const int8_t* b = nullptr;
  const int32_t* start = nullptr;  // [width]
  int32_t* c = nullptr;
};
void int8_gemm(const Int8Product& p);

// The two ways to do it: on every instruction set, and with AVX-512's byte products where the CPU has them.
void int8_gemm_portable(const Int8Product& p);
bool int8_has_vnni();
void int8_gemm_vnni(const Int8Product& p);

}  // namespace fer::kernels
