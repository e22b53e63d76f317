// libFuzzer target: models in Keras's JSON, without weights (so without the child process that reads those).
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fer/error.h"
#include "keras/model_bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  fer::Network network;
  try {
    network = fer::keras_file::parse_config({reinterpret_cast<const char*>(bytes), size});
  } catch (const fer::Error&) {
    return 0;
  }
  if (fer::network_from_json(fer::network_to_json(network), "again") != network) std::abort();
  return 0;
}
