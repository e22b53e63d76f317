// libFuzzer target: HDF5 files and .keras archives as Keras writes them. What is taken must be a model that can be
// kept: finite weights, and a network that survives being written as JSON and read again. What is refused must be
// refused with Error, also where libhdf5 crashes on it.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fer/error.h"
#include "keras/model_bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  fer::Model model;
  try {
    model = fer::keras_file::parse_model({reinterpret_cast<const char*>(bytes), size}, {}, "fuzz.h5").model;
  } catch (const fer::Error&) {
    return 0;
  }
  for (const float value : model.weights.values.values()) {
    if (!std::isfinite(value)) std::abort();
  }
  if (fer::network_from_json(fer::network_to_json(model.network), "again") != model.network) std::abort();
  return 0;
}
