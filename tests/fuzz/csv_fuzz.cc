// libFuzzer target: the reader of CSV files. What it takes must be whole; what it refuses must be refused with Error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "data/fer_csv.h"
#include "fer/error.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  try {
    const fer::Dataset data =
        fer::data::parse_fer_csv({reinterpret_cast<const char*>(bytes), size}, "fuzz.csv", size % 2 == 0);
    const auto rows = static_cast<size_t>(data.size());
    if (rows == 0 || data.usage.size() != rows || (!data.labels.empty() && data.labels.size() != rows)) std::abort();
    for (const uint8_t label : data.labels) {
      if (label >= data.class_names.size()) std::abort();
    }
  } catch (const fer::Error&) {
  }
  return 0;
}
