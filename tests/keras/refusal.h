// What is said of a file that is no good.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "keras/model_bytes.h"
#include "tests/support/message.h"

namespace fer {

inline std::string refusal_of_file(const std::string& content, const KerasReadOptions& options = {}) {
  const std::string message = message_of([&] { keras_file::parse_model(content, options, "m.h5"); });
  EXPECT_TRUE(message.starts_with("m.h5: ")) << message;
  return message;
}

}  // namespace fer
