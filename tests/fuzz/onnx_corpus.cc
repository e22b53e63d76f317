// Makes tests/fuzz/corpus/onnx: small ONNX files, good ones and such as lie. The files are committed; to make them
// again: cmake --build --preset release --target onnx_corpus && build-release/tests/onnx_corpus tests/fuzz/corpus/onnx
#include <fstream>

#include "onnx/write/graph_writer.h"
#include "tests/onnx/tiny.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::string folder = argv[1];
  const auto put = [&](const std::string& name, const onnx::ModelProto& model) {
    std::ofstream(folder + "/" + name + ".onnx", std::ios::binary) << model.SerializeAsString();
  };
  put("tiny", fer::tiny_onnx());
  for (const fer::HostileOnnx& hostile : fer::hostile_onnx()) {
    onnx::ModelProto model = fer::tiny_onnx();
    hostile.spoil(model);
    put(hostile.name, model);
  }
  return 0;
}
