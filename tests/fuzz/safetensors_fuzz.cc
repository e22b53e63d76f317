// libFuzzer target: model files. What is taken must have finite weights, inside the file; what is refused must be
// refused with Error.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "fer/error.h"
#include "io/model_file.h"
#include "io/safetensors.h"

namespace {

void check_entries(const fer::io::SafetensorsFile& file) {
  size_t bytes = 0;
  for (const auto& entry : file.entries) {
    bytes += entry.data.size();
    unsigned sum = 0;
    for (const std::byte b : entry.data) sum += static_cast<unsigned>(b);  // reads all of it
    if (sum > 255 * entry.data.size() || &file.find(entry.name) != &entry) std::abort();
  }
  if (bytes > file.content.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string content(reinterpret_cast<const char*>(bytes), size);
  try {
    check_entries(fer::io::parse_safetensors(content, "fuzz"));
    const fer::Model model = fer::io::parse_model(content, "fuzz");
    for (const float value : model.weights.values.values()) {
      if (!std::isfinite(value)) std::abort();
    }
  } catch (const fer::Error&) {
  }
  return 0;
}
