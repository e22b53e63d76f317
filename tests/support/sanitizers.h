// Which sanitizer a test is built with, to g++ and to clang, and what they cannot follow.
#pragma once

#if defined(__SANITIZE_ADDRESS__)
#define FER_TEST_ASAN 1
#elif defined(__SANITIZE_THREAD__)
#define FER_TEST_TSAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FER_TEST_ASAN 1
#elif __has_feature(thread_sanitizer)
#define FER_TEST_TSAN 1
#endif
#endif

// Either has an allocator of its own.
#if defined(FER_TEST_ASAN) || defined(FER_TEST_TSAN)
#define FER_TEST_SANITIZED 1
#endif

namespace fer {

// In the child of a fork, AddressSanitizer's own locks may stay locked by a thread that the child does not have: its
// first new thread or allocation then waits for ever.
#if defined(FER_TEST_ASAN)
inline constexpr bool kForksBesideThreads = false;
#else
inline constexpr bool kForksBesideThreads = true;
#endif

// ThreadSanitizer's own locks hold while other threads only wait. Where they work in the moment of the fork, one child
// in some 40,000 hung; without it none of 310,000.
#if defined(FER_TEST_ASAN) || defined(FER_TEST_TSAN)
inline constexpr bool kForksWhileThreadsWork = false;
#else
inline constexpr bool kForksWhileThreadsWork = true;
#endif

}  // namespace fer
