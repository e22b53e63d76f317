// ONNX models whose weights lie in a file beside them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "onnx/file/schema.h"

namespace fer {

using Entries = std::vector<std::pair<std::string, std::string>>;

inline void point_to(onnx::TensorProto& tensor, const Entries& entries) {
  tensor.clear_raw_data();
  tensor.clear_external_data();
  tensor.set_data_location(onnx::TensorProto::EXTERNAL);
  for (const auto& [key, value] : entries) {
    onnx::StringStringEntryProto& entry = *tensor.add_external_data();
    entry.set_key(key);
    entry.set_value(value);
  }
}

// Points all floats of a model into m.onnx.data, one after the other; returns that file.
inline std::string take_floats_out(onnx::ModelProto& model) {
  std::string data;
  for (onnx::TensorProto& tensor : *model.mutable_graph()->mutable_initializer()) {
    if (tensor.data_type() != onnx::TensorProto::FLOAT) continue;
    const std::string bytes = tensor.raw_data(), offset = std::to_string(data.size());
    point_to(tensor, {{"location", "m.onnx.data"}, {"offset", offset}, {"length", std::to_string(bytes.size())}});
    data += bytes;
  }
  return data;
}

}  // namespace fer
