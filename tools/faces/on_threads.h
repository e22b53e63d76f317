// Every core works on pictures of its own.
#pragma once

#include <cstdint>
#include <functional>

namespace fer::cli {

// Calls work(i) once for every i in [0, n), on num_threads() threads (fer/threads.h), beginning with the first. What
// work throws ends the loop once the calls that have begun are done; where several throw, the lowest i's comes out.
void for_each_on_threads(int64_t n, const std::function<void(int64_t)>& work);

}  // namespace fer::cli
