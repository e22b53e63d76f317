// libFuzzer target: networks in JSON, and the training settings in them. What is taken must survive being written and
// read again; what is refused must be refused with Error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fer/error.h"
#include "fer/model.h"
#include "fer/recipe.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  fer::Network network;
  try {
    network = fer::network_from_json({reinterpret_cast<const char*>(bytes), size}, "fuzz.json");
  } catch (const fer::Error&) {
    return 0;
  }
  try {
    fer::recipe_from_json({reinterpret_cast<const char*>(bytes), size}, "fuzz.json");
  } catch (const fer::Error&) {
  }
  // From here on nothing may be refused.
  if (fer::network_from_json(fer::network_to_json(network), "again") != network) std::abort();
  if (fer::summary(network).empty() || fer::parameter_layout(network).total_floats < 0) std::abort();
  return 0;
}
