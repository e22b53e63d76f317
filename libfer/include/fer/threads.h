// How many threads the library uses.
#pragma once

#include <string>

namespace fer {

// Threads for work started by the calling thread, from now on. n >= 1; 0 means every core this process may use. The
// default is 0. Results do not depend on it.
void set_num_threads(int n);
int num_threads();

// The instruction set in use: "avx512", "avx2", "sse4" or "scalar". FER_TARGET in the environment forces one that this
// CPU has (an unknown or unavailable name throws Error at the first call).
std::string active_target();

}  // namespace fer
