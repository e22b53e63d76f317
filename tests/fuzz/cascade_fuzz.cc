// libFuzzer target: the reader of cascades. What it takes must scan a picture without harm, and be written and read
// again; what it refuses must be refused with Error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fer/cascade.h"
#include "fer/error.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  try {
    const fer::Cascade cascade = fer::parse_cascade({reinterpret_cast<const char*>(bytes), size}, "fuzz.xml");
    if (fer::parse_cascade(fer::cascade_xml(cascade)).stages.size() != cascade.stages.size()) std::abort();
    // (Windows of many pixels would take the fuzzer's time.)
    if (cascade.width > 40 || cascade.height > 40) return 0;
    fer::Image picture{44, 47, 1, {}};
    for (int i = 0; i < 44 * 47; ++i) picture.pixels.push_back(static_cast<uint8_t>(i * 37 + i / 47 * 11));
    for (const fer::CascadeHit& hit : fer::CascadeScanner(cascade).scan(picture, {.min_neighbours = 1})) {
      const fer::Box& b = hit.box;
      if (b.left < 0 || b.top < 0 || b.left + b.width > 47 || b.top + b.height > 44) std::abort();
    }
  } catch (const fer::Error&) {
  }
  return 0;
}
