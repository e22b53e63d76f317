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

TEST(Tensorboard, AFileIsScannedToItsLastStep) {
  const std::string version = tensorboard_file_version(1), first = tensorboard_scalars(2, 0, {{"loss", 1.0f}}),
                    later = tensorboard_scalars(3, 300, {{"loss", 0.5f}});
  const TensorboardRecords none = scan_tensorboard("");
  EXPECT_EQ(none.whole_bytes, 0u);
  EXPECT_EQ(none.last_step, -1);
  EXPECT_FALSE(none.unfinished);
  EXPECT_EQ(scan_tensorboard(version).last_step, -1);
  EXPECT_EQ(scan_tensorboard(version + first).last_step, 0);
  const TensorboardRecords all = scan_tensorboard(version + first + later);
  EXPECT_EQ(all.last_step, 300);
  EXPECT_EQ(all.whole_bytes, version.size() + first.size() + later.size());
  EXPECT_FALSE(all.unfinished);
}

TEST(Tensorboard, ARecordThatIsCutOffIsUnfinished) {
  const std::string whole = tensorboard_file_version(1), next = tensorboard_scalars(2, 7, {{"loss", 1.0f}});
  for (size_t size = 1; size < next.size(); ++size) {
    const TensorboardRecords found = scan_tensorboard(whole + next.substr(0, size));
    EXPECT_EQ(found.whole_bytes, whole.size()) << size;
    EXPECT_TRUE(found.unfinished) << size;
    EXPECT_EQ(found.last_step, -1) << size;
  }
}

TEST(Tensorboard, ADamagedRecordEndsTheScan) {
  const std::string whole = tensorboard_file_version(1), next = tensorboard_scalars(2, 7, {{"loss", 1.0f}});
  for (size_t at = 0; at < next.size(); ++at) {
    std::string damaged = next;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
    const TensorboardRecords found = scan_tensorboard(whole + damaged + next);
    EXPECT_EQ(found.whole_bytes, whole.size()) << at;
    EXPECT_FALSE(found.unfinished) << at;
  }
}

// proto3 does not write a step of 0, and other writers have other fields: what is known is found among them.
TEST(Tensorboard, EventsOfOtherWritersAreUnderstood) {
  const auto framed = [](const std::string& event) {
    std::string record(8, 0);
    record[0] = static_cast<char>(event.size());
    const auto add = [&](uint32_t crc) { record.append(reinterpret_cast<const char*>(&crc), 4); };
    add(masked(record));
    record += event;
    add(masked(event));
    return record;
  };
  EXPECT_EQ(scan_tensorboard(framed(std::string("\x2A\x00", 2))).last_step, 0);
  EXPECT_EQ(scan_tensorboard(framed(std::string("\x10\x05\x2A\x00", 4))).last_step, 5);
  EXPECT_EQ(scan_tensorboard(framed(std::string("\x7D\x01\x02\x03\x04\x10\x05\x2A\x00", 9))).last_step, 5);
  EXPECT_EQ(scan_tensorboard(framed(std::string("\x10\x05", 2))).last_step, -1) << "no summary";
  EXPECT_EQ(scan_tensorboard(framed("\x2A\x7F")).last_step, -1) << "a length beyond the event";
}

}  // namespace
}  // namespace fer::report
