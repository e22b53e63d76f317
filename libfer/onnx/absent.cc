// Where ONNX's schema was not found when libfer was built.
#include "fer/error.h"
#include "fer/onnx.h"

namespace fer {
namespace {

[[noreturn]] void refuse(const std::string& path) {
  throw Error(path +
              ": this libfer was built without ONNX: apt-get install libonnx-dev libprotobuf-dev, and build again");
}

}  // namespace

bool has_onnx() { return false; }
void write_onnx(const Model&, const std::string& path, const OnnxWriteOptions&) { refuse(path); }
Model read_onnx(const std::string& path, const OnnxReadOptions&) { refuse(path); }
OnnxModel read_onnx_with_notes(const std::string& path, const OnnxReadOptions&) { refuse(path); }

}  // namespace fer
