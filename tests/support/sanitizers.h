// What the sanitizers cannot follow.
#pragma once

namespace fer {

// In the child of a fork, locks of g++ 12's AddressSanitizer may stay locked by a thread that the child does not have:
// its first new thread or allocation then waits for ever.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kForksBesideThreads = false;
#else
inline constexpr bool kForksBesideThreads = true;
#endif

}  // namespace fer
