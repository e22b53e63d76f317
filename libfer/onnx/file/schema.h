// ONNX's schema, as Debian's libonnx-dev has it.
#pragma once

#include <onnx/onnx_pb.h>
