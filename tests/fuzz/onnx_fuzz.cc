// libFuzzer target: ONNX files. What is taken must be a model that can be kept: finite weights, and a network that
// survives being written as JSON and as ONNX and read again. What is refused must be refused with Error.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "fer/error.h"
#include "onnx/model_bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string content(reinterpret_cast<const char*>(bytes), size);
  fer::Model model;
  try {
    model = fer::onnx_file::parse_model(content, {}, "fuzz.onnx");
  } catch (const fer::Error&) {
    return 0;
  }
  // From here on nothing may be refused.
  for (const float value : model.weights.values.values()) {
    if (!std::isfinite(value)) std::abort();
  }
  if (fer::network_from_json(fer::network_to_json(model.network), "again") != model.network) std::abort();
  const std::string written = fer::onnx_file::model_bytes(model, {.fold_batch_norm = false});
  const fer::Model again = fer::onnx_file::parse_model(written, {}, "again.onnx");
  if (again.network.input != model.network.input) std::abort();
  return 0;
}
