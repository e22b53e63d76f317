// libFuzzer target: the reader of landmarks. What it takes must be whole and normalised; what it refuses must be
// refused with Error.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fer/error.h"
#include "fer/landmarks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  try {
    const fer::Dataset data =
        fer::parse_landmarks({reinterpret_cast<const char*>(bytes), size}, "fuzz.csv", size % 2 == 0);
    const auto rows = static_cast<size_t>(data.size());
    if (rows == 0 || data.usage.size() != rows || data.values.size() != rows * 136) std::abort();
    if (!data.labels.empty() && data.labels.size() != rows) std::abort();
    if (!data.files.empty() && data.files.size() != rows) std::abort();
    for (size_t row = 0; row < rows; ++row) {
      double squares = 0;
      for (const float v : data.example(static_cast<int64_t>(row))) squares += static_cast<double>(v) * v;
      if (!(std::abs(squares / 68 - 1) < 1e-3)) std::abort();
    }
  } catch (const fer::Error&) {
  }
  return 0;
}
