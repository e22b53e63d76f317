// Makes tests/fuzz/corpus/onnx and tests/fuzz/corpus/onnx_external: small ONNX files, good ones and such as lie. The
// files are committed; to make them again:
//   cmake --build --preset release --target onnx_corpus && build-release/tests/onnx_corpus tests/fuzz/corpus
#include <fstream>
#include <utility>
#include <vector>

#include "tests/fuzz/onnx_forms.h"
#include "tests/onnx/external.h"
#include "tests/onnx/tiny.h"

namespace {

// As tests/fuzz/onnx_external_fuzz.cc takes it.
void put_external(const std::string& path, const std::string& data, const onnx::ModelProto& model) {
  const char length[] = {static_cast<char>(data.size() & 255), static_cast<char>(data.size() >> 8)};
  std::ofstream(path, std::ios::binary) << std::string_view(length, 2) << data << model.SerializeAsString();
}

// As PyTorch 2.9 does: small tensors stay in the model, the large ones lie at multiples of 64 bytes with gaps between.
// And tensors that share bytes, which a file may.
void put_all_of_one(const std::string& folder, const onnx::ModelProto& model, const std::string& data) {
  onnx::ModelProto aligned = fer::tiny_onnx(), shared = model;
  std::string bytes = fer::tensor_of(aligned, "conv/kernel").raw_data();
  const size_t length = bytes.size();
  bytes.resize(64);
  const fer::Entries kernel = {{"location", "m.onnx.data"}, {"offset", "0"}, {"length", std::to_string(length)}};
  const std::string dense = fer::tensor_of(aligned, "fc/kernel").raw_data();
  fer::point_to(fer::tensor_of(aligned, "conv/kernel"), kernel);
  fer::point_to(fer::tensor_of(aligned, "fc/kernel"),
                {{"location", "./m.onnx.data"}, {"offset", "64"}, {"length", std::to_string(dense.size())}});
  put_external(folder + "/aligned.bin", bytes + dense, aligned);
  fer::point_to(fer::tensor_of(shared, "fc/kernel"), {{"location", "m.onnx.data"}, {"length", "64"}});
  put_external(folder + "/shared.bin", data, shared);
}

void put_all_external(const std::string& folder) {
  const std::vector<std::pair<const char*, fer::Entries>> spoilt = {
      {"elsewhere", {{"location", "../m.onnx.data"}}},
      {"absolute", {{"location", "/etc/passwd"}}},
      {"missing", {{"location", "other.data"}}},
      {"itself", {{"location", "m.onnx"}, {"offset", "0"}, {"length", "32"}}},
      {"offset_2e63", {{"location", "m.onnx.data"}, {"offset", "9223372036854775808"}}},
      {"beyond", {{"location", "m.onnx.data"}, {"offset", "100000"}, {"length", "32"}}},
      {"other_length", {{"location", "m.onnx.data"}, {"offset", "0"}, {"length", "31"}}},
      {"no_number", {{"location", "m.onnx.data"}, {"offset", "-1"}}}};
  onnx::ModelProto model = fer::tiny_onnx();
  const std::string data = fer::take_floats_out(model);
  put_external(folder + "/tiny.bin", data, model);
  put_external(folder + "/cut.bin", data.substr(0, data.size() / 2), model);
  put_external(folder + "/nan.bin", std::string(data.size(), '\xff'), model);
  put_external(folder + "/empty.bin", "", model);
  put_all_of_one(folder, model, data);
  for (const auto& [name, entries] : spoilt) {
    onnx::ModelProto other = model;
    fer::point_to(fer::tensor_of(other, "fc/kernel"), entries);
    put_external(folder + "/" + name + ".bin", data, other);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::string folder = std::string(argv[1]) + "/onnx";
  put_all_external(std::string(argv[1]) + "/onnx_external");
  const auto put = [&](const std::string& name, const onnx::ModelProto& model) {
    std::ofstream(folder + "/" + name + ".onnx", std::ios::binary) << model.SerializeAsString();
  };
  put("tiny", fer::tiny_onnx());
  for (const fer::HostileOnnx& hostile : fer::hostile_onnx()) {
    onnx::ModelProto model = fer::tiny_onnx();
    hostile.spoil(model);
    put(hostile.name, model);
  }
  for (const fer::OnnxForm& form : fer::onnx_forms()) {
    std::ofstream(folder + "/" + form.name + ".onnx", std::ios::binary) << form.bytes;
  }
  return 0;
}
