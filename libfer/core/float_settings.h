// How a processor treats the smallest numbers.
#pragma once

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace fer::core {

#if defined(__SSE2__)

// A thread's own setting of rounding, traps and what is done with denormal numbers.
inline unsigned float_settings() { return _mm_getcsr(); }
inline void set_float_settings(unsigned settings) { _mm_setcsr(settings); }

// The same but that numbers below 1.2e-38 count as zero: processors take a hundred times as long over them, and dying
// weights (a filter under L2) pass through that range for many epochs.
inline unsigned with_denormals_as_zero(unsigned settings) {
  constexpr unsigned kFlushResults = 0x8000, kInputsAreZero = 0x0040;
  return settings | kFlushResults | kInputsAreZero;
}

#else

inline unsigned float_settings() { return 0; }
inline void set_float_settings(unsigned) {}
inline unsigned with_denormals_as_zero(unsigned settings) { return settings; }

#endif

// Denormal numbers count as zero while it lives; the caller's setting comes back afterwards.
class DenormalsAsZero {
 public:
  DenormalsAsZero() : before_(float_settings()) { set_float_settings(with_denormals_as_zero(before_)); }
  ~DenormalsAsZero() { set_float_settings(before_); }
  DenormalsAsZero(const DenormalsAsZero&) = delete;
  DenormalsAsZero& operator=(const DenormalsAsZero&) = delete;

 private:
  const unsigned before_;
};

}  // namespace fer::core
