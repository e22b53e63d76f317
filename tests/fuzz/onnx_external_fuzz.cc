// libFuzzer target: ONNX files whose weights lie in a file beside them. An input is the length of that file in two
// bytes, the file, and the model. What is taken must have finite weights and survive being written as one file; what is
// refused must be refused with Error.
#include <stdlib.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "fer/error.h"
#include "fer/onnx.h"
#include "onnx/model_bytes.h"

namespace {

// In memory where there is such a place.
struct FuzzFolder {
  std::string path = std::filesystem::exists("/dev/shm") ? "/dev/shm/fer-fuzz-XXXXXX" : "/tmp/fer-fuzz-XXXXXX";
  FuzzFolder() {
    if (::mkdtemp(path.data()) == nullptr) std::abort();
  }
  ~FuzzFolder() { std::filesystem::remove_all(path); }

  void put(const char* name, std::string_view content) const {
    std::ofstream(path + "/" + name, std::ios::binary) << content;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static const FuzzFolder folder;
  if (size < 2) return 0;
  const std::string_view content(reinterpret_cast<const char*>(bytes) + 2, size - 2);
  const size_t data = std::min<size_t>(bytes[0] | bytes[1] << 8, content.size());
  folder.put("m.onnx.data", content.substr(0, data));
  folder.put("m.onnx", content.substr(data));
  fer::Model model;
  try {
    model = fer::read_onnx(folder.path + "/m.onnx");
  } catch (const fer::Error&) {
    return 0;
  }
  // From here on nothing may be refused.
  for (const float value : model.weights.values.values()) {
    if (!std::isfinite(value)) std::abort();
  }
  const std::string written = fer::onnx_file::model_bytes(model, {.fold_batch_norm = false});
  if (fer::onnx_file::parse_model(written, {}, "again.onnx").network.input != model.network.input) std::abort();
  return 0;
}
