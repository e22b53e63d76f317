// What writer and reader agree on, and both of them in memory.
#pragma once

#include <string>

#include "fer/model.h"
#include "fer/onnx.h"

namespace fer::onnx_file {

inline constexpr const char* kInput = "input";
inline constexpr const char* kOutput = "probabilities";
// Keys of the metadata; the values are JSON, as in a model file (docs/model-format.md).
inline constexpr const char* kClassNames = "class_names";
inline constexpr const char* kPreprocessing = "preprocessing";
inline constexpr const char* kResize = "resize";           // where pictures are fitted to more than the input
inline constexpr const char* kFerVersion = "fer_version";  // (its value is no JSON)

// The content of a file; errors do not name it.
std::string model_bytes(const Model& model, const OnnxWriteOptions& options);
// read_onnx_with_notes of a file's content, whose weights are all in it; `where` names it in messages.
OnnxModel parse_model_with_notes(const std::string& content, const OnnxReadOptions& options, const std::string& where);
Model parse_model(const std::string& content, const OnnxReadOptions& options, const std::string& where);

}  // namespace fer::onnx_file
