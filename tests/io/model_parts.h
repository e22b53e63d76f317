// Small models, and their files in parts.
#pragma once

#include <cstring>
#include <nlohmann/json.hpp>
#include <string>

#include "fer/model.h"
#include "io/model_file.h"
#include "tests/io/safetensors_builder.h"
#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer {

using nlohmann::json;

inline Model small_model() {
  Model model;
  model.network = Network({4, 4, 1}, {"angry", "\u00fcberrascht"});
  model.network.name = "tiny";
  model.network.add(Conv2D{.filters = 2, .activation = Activation::kRelu}, "conv").add(BatchNorm{}, "bn");
  model.network.add(Flatten{}, "flat").add(Dense{.units = 2, .activation = Activation::kSoftmax}, "fc");
  model.weights = initialize(model.network, 11);
  model.preprocessing = {1.0f / 127, -1.0f / 3};
  return model;
}

// With a layer in 8-bit integers.
inline Model int8_model() {
  Model model = small_model();
  Int8Layer layer{.layer = "fc", .low = -0.5f, .high = 2.0f, .kernel_scale = {0.25f, 0.01f}};
  int i = 0;
  for (float& v : model.weights.of(model.weights.layout.parameters[4])) {
    v = static_cast<float>(i * 37 % 255 - 127) * layer.kernel_scale[static_cast<size_t>(i % 2)];
    ++i;
  }
  model.int8 = {layer};
  return model;
}

inline bool same_bits(const Weights& a, const Weights& b) {
  return a.values.size() == b.values.size() &&
         std::memcmp(a.values.data(), b.values.data(), a.values.size() * sizeof(float)) == 0;
}

inline std::string saved(const Model& model) {
  const TemporaryFolder folder;
  save_model(model, folder / "m");
  return content_of(folder / "m");
}

inline std::string refusal(const std::string& content) {
  return message_of([&] { io::parse_model(content, "m"); });
}

// A file in its parts, to be spoilt and put together again.
struct Parts {
  json header;
  std::string data;

  explicit Parts(const std::string& content) {
    uint64_t length = 0;
    std::memcpy(&length, content.data(), 8);
    header = json::parse(content.substr(8, length));
    data = content.substr(8 + length);
    metadata().erase("checksum");  // what is spoilt below is to be found by itself
  }
  std::string content() const { return safetensors_of(header.dump(), data); }
  json& metadata() { return header["__metadata__"]; }
  void set_float(const std::string& tensor, float value) {
    std::memcpy(data.data() + header[tensor]["data_offsets"][0].get<size_t>(), &value, sizeof value);
  }
};

}  // namespace fer
