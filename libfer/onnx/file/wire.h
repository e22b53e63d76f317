// Protocol buffers from strangers.
#pragma once

#include <string_view>

#include "onnx/file/schema.h"

namespace fer::onnx_file {

// The model in `bytes`. An object in memory takes up to a hundred times its bytes in the file, so these are counted
// before any is made: Error above 2^18 messages and texts or 2^22 numbers (large arrays are texts, or packed floats,
// which take no more in memory than in the file), for bytes that are no whole protocol buffer, and above 2 GiB.
onnx::ModelProto parse_protobuf(std::string_view bytes);

}  // namespace fer::onnx_file
