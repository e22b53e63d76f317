#include "report/tensorboard.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <string_view>

namespace fer::report {
namespace {

// CRC-32C by the definition, a bit at a time.
uint32_t slow_crc32c(std::string_view data) {
  uint32_t crc = 0xFFFFFFFFu;
  for (const char c : data) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0);
  }
  return ~crc;
}

uint32_t masked(std::string_view data) {
  const uint32_t crc = slow_crc32c(data);
  return (crc >> 15 | crc << 17) + 0xA282EAD8u;
}

template <class T>
T number_at(std::string_view bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.substr(at, sizeof(T)).data(), sizeof(T));
  return value;
}

// The event inside a record, after checking the frame.
std::string_view event_of(std::string_view record) {
  const auto length = number_at<uint64_t>(record, 0);
  EXPECT_EQ(length + 16, record.size());
  const std::string_view event = record.substr(12, length);
  EXPECT_EQ(number_at<uint32_t>(record, 8), masked(record.substr(0, 8)));
  EXPECT_EQ(number_at<uint32_t>(record, 12 + length), masked(event));
  return event;
}

TEST(Tensorboard, TheTestsOwnChecksumGivesTheKnownAnswer) { EXPECT_EQ(slow_crc32c("123456789"), 0xE3069283u); }

TEST(Tensorboard, FileVersionIsTheRecordThatTensorFlowWrites) {
  const std::string record = tensorboard_file_version(1.5);
  std::string expected = "\x09";
  expected += std::string("\0\0\0\0\0\0\xF8\x3F", 8);  // 1.5 as a double
  expected +=
      "\x1A\x0D"
      "brain.Event:2";
  EXPECT_EQ(event_of(record), expected);
}

TEST(Tensorboard, ScalarsCarryWallTimeStepNamesAndValues) {
  const std::string record = tensorboard_scalars(2.0, 300, {{"loss", 0.5f}, {"lr", -1.0f}});
  std::string expected = "\x09";
  expected += std::string("\0\0\0\0\0\0\0\x40", 8);  // 2.0
  expected += "\x10\xAC\x02";                        // step 300 as a varint
  expected += "\x2A\x18";                            // summary, 24 bytes
  expected += "\x0A\x0B\x0A\x04loss\x15" + std::string("\0\0\0\x3F", 4);
  expected += "\x0A\x09\x0A\x02lr\x15" + std::string("\0\0\x80\xBF", 4);
  EXPECT_EQ(event_of(record), expected);
}

TEST(Tensorboard, LongNamesGetATwoByteLength) {
  const std::string name(200, 'n');
  const std::string record = tensorboard_scalars(0, 0, {{name, 1.0f}});
  EXPECT_NE(event_of(record).find("\x0A\xC8\x01" + name), std::string_view::npos);
}

}  // namespace
}  // namespace fer::report
