// Instruction sets. Every source that includes Highway includes this first, so that all agree on which ones are
// compiled: scalar (any x86-64, and anything else), SSE4, AVX2 with FMA, AVX-512.
#pragma once

// SSSE3 has no processors of its own worth a fifth copy of every kernel. FER_FEW_TARGETS: AVX2 and scalar alone, for
// ThreadSanitizer, whose finds do not depend on the width of vectors.
#ifndef HWY_DISABLED_TARGETS
#ifdef FER_FEW_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3)
#else
#define HWY_DISABLED_TARGETS HWY_SSSE3
#endif
#endif

#include <string>
#include <vector>

namespace fer::kernels {

// Names of the instruction sets that are compiled in and that this CPU has, best first: of "avx512", "avx2", "sse4",
// "scalar".
std::vector<std::string> available_targets();

// Uses one of them from now on, in the whole process; not while kernels run. Throws Error on another name.
void set_target(const std::string& name);

// Throws Error when FER_TARGET in the environment names no available instruction set. Plans call it: it also is what
// links the reading of FER_TARGET into every program.
void check_target();

}  // namespace fer::kernels
