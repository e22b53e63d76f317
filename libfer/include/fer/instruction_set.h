// Which instruction set the library uses.
#pragma once

#include <string>

#include "fer/export.h"

namespace FER_PUBLIC fer {

// The instruction set in use: "avx512", "avx2", "sse4" or "scalar". FER_TARGET in the environment forces one that this
// CPU has (an unknown or unavailable name throws Error at the first call).
std::string active_target();

}  // namespace fer
