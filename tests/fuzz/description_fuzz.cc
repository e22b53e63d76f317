// libFuzzer target: the reader of description files.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fer/cascade_samples.h"
#include "fer/error.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  try {
    for (const fer::DescribedPicture& picture :
         fer::parse_description({reinterpret_cast<const char*>(bytes), size}, "fuzz.lst")) {
      if (picture.path.empty() || picture.line == 0) std::abort();
      for (const fer::Box& box : picture.boxes) {
        if (box.left < 0 || box.top < 0 || box.width < 1 || box.height < 1) std::abort();
      }
    }
  } catch (const fer::Error&) {
  }
  return 0;
}
