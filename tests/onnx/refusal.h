// What the reader says of a file that it refuses.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "onnx/model_bytes.h"
#include "tests/support/message.h"

namespace fer {

inline std::string refusal_of(const std::string& content) {
  const std::string message = message_of([&] { onnx_file::parse_model(content, {}, "m.onnx"); });
  EXPECT_TRUE(message.starts_with("m.onnx: ")) << message;
  return message;
}

}  // namespace fer
