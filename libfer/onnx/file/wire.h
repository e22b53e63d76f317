// Protocol buffers from strangers.
#pragma once

#include <google/protobuf/arena.h>

#include <string_view>

#include "onnx/file/schema.h"

namespace fer::onnx_file {

// The model in `bytes`. An object in memory takes up to a hundred times its bytes in the file, so these are counted
// before any is made: Error above 2^18 messages and texts or 2^22 numbers (large arrays are texts, or packed floats,
// which take no more in memory than in the file), for bytes that are no whole protocol buffer, and above 2 GiB. The
// model lives as long as the arena. (One outside leaks what it was about to hold when memory ends.)
onnx::ModelProto& parse_protobuf(std::string_view bytes, google::protobuf::Arena& arena);

}  // namespace fer::onnx_file
