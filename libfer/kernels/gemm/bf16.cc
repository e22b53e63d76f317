#include "kernels/gemm/bf16.h"

#include "fer/error.h"
#include "fer/instruction_set.h"
#include "fer/precision.h"

namespace fer {
namespace kernels {

bool cpu_has_bf16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

}  // namespace kernels

const char* precision_name(Precision precision) { return precision == Precision::kBf16 ? "bf16" : "fp32"; }

Precision precision_from_name(const std::string& name) {
  if (name == "fp32") return Precision::kFp32;
  if (name == "bf16") return Precision::kBf16;
  throw Error("precision: expected fp32 or bf16, found " + name);
}

bool precision_available(Precision precision) {
  return precision == Precision::kFp32 || (active_target() == "avx512" && kernels::cpu_has_bf16());
}

void expect_available(Precision precision) {
  if (precision_available(precision)) return;
  const std::string target = active_target();
  throw Error("precision bf16: expected a CPU that multiplies bf16 (AVX512_BF16), found " +
              (target == "avx512" ? "one without" : "instruction set " + target) + "; fp32 runs everywhere");
}

}  // namespace fer
