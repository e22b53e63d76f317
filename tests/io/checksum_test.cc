// The checksum of a model file: known values, and what is in it.
#include "io/checksum.h"

#include <gtest/gtest.h>

#include <cstring>

#include "tests/io/safetensors_builder.h"
#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer::io {
namespace {

// CRC-64/XZ bit by bit, from its definition.
uint64_t crc64_xz(const std::string& bytes) {
  uint64_t crc = ~uint64_t{0};
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xc96c5795d7870f42 : 0);
  }
  return ~crc;
}

std::string length_of(uint64_t length) { return with_length(length, ""); }
std::string piece(const std::string& bytes) { return length_of(bytes.size()) + bytes; }

SafetensorsEntry entry(const std::string& name, const std::vector<uint8_t>& bytes) {
  return {name, Dtype::kU8, {static_cast<int64_t>(bytes.size())}, std::as_bytes(std::span(bytes))};
}

TEST(Checksum, IsTheCrcOfEveryPieceWithItsLength) {
  EXPECT_EQ(crc64_xz("123456789"), 0x995dc9bbdf1939fa);  // the check value of the catalogue of CRCs
  const std::vector<uint8_t> bytes = {1, 2, 3};
  const std::string stream = piece("a") + piece("b") + piece("t") + piece("U8") + piece(length_of(3)) + piece("\1\2\3");
  char expected[40];
  std::snprintf(expected, sizeof expected, "crc64-xz:%016llx", static_cast<unsigned long long>(crc64_xz(stream)));
  EXPECT_EQ(checksum_of({{"a", "b"}}, {entry("t", bytes)}), expected);
  EXPECT_EQ(checksum_of({{"a", "b"}, {"checksum", "anything"}}, {entry("t", bytes)}), expected);
}

TEST(Checksum, DoesNotDependOnTheOrderInTheFile) {
  const std::vector<uint8_t> one = {1, 2, 3}, other = {4};
  EXPECT_EQ(checksum_of({}, {entry("a", one), entry("b", other)}),
            checksum_of({}, {entry("b", other), entry("a", one)}));
  EXPECT_NE(checksum_of({}, {entry("a", one), entry("b", other)}),
            checksum_of({}, {entry("b", one), entry("a", other)}));
}

TEST(Checksum, PiecesDoNotRunIntoEachOther) {
  EXPECT_NE(checksum_of({{"ab", "c"}}, {}), checksum_of({{"a", "bc"}}, {}));
  EXPECT_NE(checksum_of({{"a", "b"}}, {}), checksum_of({{"a", "b"}, {"", ""}}, {}));
}

// Every bit of a file of any metadata, in the header and behind it.
TEST(Checksum, AnyFlippedBitOfAFileIsRefusedOrHarmless) {
  const TemporaryFolder folder;
  const std::vector<uint8_t> bytes = {1, 2, 3, 250};
  const std::vector<float> floats = {1, -2.5f};
  const std::map<std::string, std::string> metadata = {{"state", "{\"epoch\": 3}"}, {"format", "fer-training"}};
  const std::vector<SafetensorsEntry> entries = {entry("bytes", bytes),
                                                 {"floats", Dtype::kF32, {2, 1}, std::as_bytes(std::span(floats))}};
  write_safetensors(folder / "f", entries, metadata);
  const std::string content = content_of(folder / "f");
  int harmless = 0;
  for (size_t bit = 0; bit < 8 * content.size(); ++bit) {
    std::string spoilt = content;
    spoilt[bit / 8] = static_cast<char>(spoilt[bit / 8] ^ (1 << (bit % 8)));
    try {
      const SafetensorsFile file = parse_safetensors(spoilt, "f");
      ++harmless;
      ASSERT_EQ(file.entries.size(), 2u);
      EXPECT_LE(file.metadata.size(), 3u) << "bit " << bit;  // the checksum under a name that it does not have
      for (const auto& [key, value] : metadata) EXPECT_EQ(file.metadata.at(key), value) << "bit " << bit;
      for (const SafetensorsEntry& e : entries) {
        const SafetensorsEntry& found = file.find(e.name);
        EXPECT_EQ(found.shape, e.shape);
        EXPECT_EQ(found.dtype, e.dtype);
        EXPECT_TRUE(std::equal(found.data.begin(), found.data.end(), e.data.begin(), e.data.end()));
      }
    } catch (const Error&) {
    }
  }
  // Those of the word "checksum", and of the spaces behind the header.
  EXPECT_LE(harmless, 8 * 8 + 64);
}

TEST(Checksum, OfAnotherKindIsRefused) {
  expect_contains(
      message_of([] { parse_safetensors(safetensors_of(R"({"__metadata__":{"checksum":"sha256:00"}})", ""), "s"); }),
      "s: checksum: expected \"sha256:00\", found crc64-xz:");
}

TEST(Checksum, ATensorIsFoundDamagedWhenItIsReadFromDiskToo) {
  const TemporaryFolder folder;
  const std::vector<uint8_t> bytes(100000, 7);
  write_safetensors(folder / "f", {entry("t", bytes)}, {});
  std::string content = content_of(folder / "f");
  content[50000] ^= 16;
  put(folder / "f", content);
  SafetensorsFile file = open_safetensors(folder / "f");
  EXPECT_EQ(file.find("t").shape, Shape{100000});
  expect_contains(message_of([&] { file.load_tensors(); }), "f: checksum: expected");
}

}  // namespace
}  // namespace fer::io
