// libFuzzer target: the state of a training run, as last.safetensors has it. What is taken must survive being written
// and read again; what is refused must be refused with Error, or as JSON of another form, which the reader of the file
// turns into one.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "fer/error.h"
#include "network/json_text.h"
#include "train/files/state.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  fer::train::RunState state;
  try {
    state = fer::train::state_from_json(fer::parse_json({reinterpret_cast<const char*>(bytes), size}, "state"));
  } catch (const fer::Error&) {
    return 0;
  } catch (const nlohmann::json::exception&) {
    return 0;
  }
  try {
    fer::train::expect_steps(state, 100, 0);
  } catch (const fer::Error&) {
  }
  // From here on nothing may be refused.
  const std::string text = fer::train::state_to_json(state).dump();
  const fer::train::RunState again = fer::train::state_from_json(fer::parse_json(text, "again"));
  if (fer::train::state_to_json(again).dump() != text) std::abort();
  return 0;
}
