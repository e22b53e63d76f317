// libFuzzer target: the reader of .vec files. What it takes must be written as the same samples.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fer/cascade_samples.h"
#include "fer/error.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  try {
    const fer::SampleSet samples = fer::parse_vec({reinterpret_cast<const char*>(bytes), size}, 3, 2, "fuzz.vec");
    if (samples.pixels.size() != samples.count() * 6) std::abort();
    if (fer::parse_vec(fer::vec_bytes(samples), 3, 2).pixels != samples.pixels) std::abort();
  } catch (const fer::Error&) {
  }
  return 0;
}
