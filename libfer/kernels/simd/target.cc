#include "kernels/simd/target.h"

#include <hwy/highway.h>

#include <cstdlib>

#include "fer/error.h"
#include "fer/instruction_set.h"

namespace fer {
namespace kernels {
namespace {

struct Target {
  const char* name;
  int64_t bit;
};

// Best first. The scalar target is what Highway compiles for a CPU of which nothing is known.
constexpr Target kTargets[] = {
    {"avx512", HWY_AVX3}, {"avx2", HWY_AVX2}, {"sse4", HWY_SSE4}, {"scalar", HWY_STATIC_TARGET}};

bool is_available(const Target& target) {
  return (HWY_TARGETS & target.bit) != 0 &&
         (target.bit == HWY_STATIC_TARGET || (hwy::SupportedTargets() & target.bit) != 0);
}

// The forced instruction set, 0 for none.
int64_t forced = 0;

void force(int64_t bit) {
  forced = bit;
  hwy::SetSupportedTargetsForTest(bit == 0 ? 0 : bit | HWY_STATIC_TARGET);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

// FER_TARGET is read once, before the first kernel runs: kernels are dispatched through a table whose choice this
// makes.
struct FromEnvironment {
  std::string error;
  FromEnvironment() {
    const char* name = std::getenv("FER_TARGET");
    if (name == nullptr || *name == '\0') return;
    try {
      set_target(name);
    } catch (const Error& e) {
      error = std::string("FER_TARGET: ") + e.what();
    }
  }
};
const FromEnvironment from_environment;

}  // namespace

std::vector<std::string> available_targets() {
  hwy::SetSupportedTargetsForTest(0);
  std::vector<std::string> names;
  for (const Target& target : kTargets) {
    if (is_available(target)) names.push_back(target.name);
  }
  if (forced != 0) hwy::SetSupportedTargetsForTest(forced | HWY_STATIC_TARGET);
  return names;
}

void set_target(const std::string& name) {
  std::string known;
  for (const std::string& available : available_targets()) {
    known += (known.empty() ? "" : ", ") + available;
    if (available != name) continue;
    for (const Target& target : kTargets) {
      if (name == target.name) force(target.bit);
    }
    return;
  }
  throw Error("instruction set: expected one of " + known + ", found " + name);
}

void check_target() {
  if (!from_environment.error.empty()) throw Error(from_environment.error);
}

}  // namespace kernels

std::string active_target() {
  kernels::check_target();
  const int64_t supported = hwy::SupportedTargets();
  for (const kernels::Target& target : kernels::kTargets) {
    if ((HWY_TARGETS & target.bit) != 0 && (supported & target.bit) != 0) return target.name;
  }
  return "scalar";
}

}  // namespace fer
