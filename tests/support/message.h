// What an Error said.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "fer/error.h"

namespace fer {

// The message of the Error that f throws; a failed test when it throws none, or one of several lines.
template <class F>
std::string message_of(const F& f) {
  try {
    f();
  } catch (const Error& e) {
    const std::string message = e.what();
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    return message;
  }
  ADD_FAILURE() << "expected an Error";
  return {};
}

inline void expect_contains(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << "expected \"" << part << "\" in \"" << text << "\"";
}

}  // namespace fer
