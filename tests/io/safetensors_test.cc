// The safetensors format, read and written; and everything that is not it.
#include "io/safetensors.h"

#include <gtest/gtest.h>

#include <cstring>

#include "tests/io/safetensors_builder.h"
#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer::io {
namespace {

std::string refusal(const std::string& content) {
  return message_of([&] { parse_safetensors(content, "s"); });
}
std::string header_refusal(const std::string& header, size_t data_bytes = 8) {
  return refusal(safetensors_of(header, std::string(data_bytes, '\0')));
}

constexpr const char* kTwo =
    R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[2,2],"data_offsets":[4,8]}})";

TEST(Safetensors, ReadsTensorsAndMetadata) {
  const std::string header = R"({"__metadata__":{"k":"v"},"z":{"dtype":"I64","shape":[],"data_offsets":[0,8]},)"
                             R"("a":{"shape":[2,1],"data_offsets":[8,16],"dtype":"F32"}}   )";
  const float values[] = {1.5f, -2};
  const int64_t number = -77;
  std::string data(16, '\0');
  std::memcpy(data.data(), &number, 8);
  std::memcpy(data.data() + 8, values, 8);
  const SafetensorsFile file = parse_safetensors(safetensors_of(header, data), "s");
  EXPECT_EQ(file.metadata, (std::map<std::string, std::string>{{"k", "v"}}));
  ASSERT_EQ(file.entries.size(), 2u);
  EXPECT_EQ(file.find("a").shape, (Shape{2, 1}));
  EXPECT_EQ(file.find("a").dtype, Dtype::kF32);
  EXPECT_EQ(std::memcmp(file.find("a").data.data(), values, 8), 0);
  EXPECT_EQ(file.find("z").shape, Shape{});
  EXPECT_EQ(std::memcmp(file.find("z").data.data(), &number, 8), 0);
  EXPECT_EQ(message_of([&] { file.find("b"); }), "tensor 'b': expected, found none");
}

TEST(Safetensors, WritesWhatItReads) {
  const TemporaryFolder folder;
  const std::vector<float> floats = {1, 2, 3, 4, 5, 6};
  const std::vector<uint8_t> bytes = {7, 8, 9};
  const int64_t number = 1234567890123;
  const std::vector<SafetensorsEntry> entries = {
      {"weights", Dtype::kF32, {2, 3}, std::as_bytes(std::span(floats))},
      {"odd \"name\" \u00e4", Dtype::kU8, {3}, std::as_bytes(std::span(bytes))},
      {"step", Dtype::kI64, {}, std::as_bytes(std::span(&number, 1))},
      {"none", Dtype::kF32, {0, 5}, {}}};
  const std::map<std::string, std::string> metadata = {{"a", "line\nbreak"}, {"b", ""}};
  write_safetensors(folder / "f", entries, metadata);
  const SafetensorsFile file = read_safetensors(folder / "f");
  EXPECT_EQ(file.metadata, metadata);
  ASSERT_EQ(file.entries.size(), entries.size());
  for (const SafetensorsEntry& entry : entries) {
    const SafetensorsEntry& found = file.find(entry.name);
    EXPECT_EQ(found.shape, entry.shape);
    EXPECT_EQ(found.dtype, entry.dtype);
    ASSERT_EQ(found.data.size(), entry.data.size());
    EXPECT_TRUE(std::equal(found.data.begin(), found.data.end(), entry.data.begin()));
  }
}

TEST(Safetensors, TheFirstTensorIsAligned) {
  const TemporaryFolder folder;
  const std::vector<uint8_t> byte = {1};
  for (size_t length = 0; length < 70; length += 9) {
    write_safetensors(folder / "f", {{"t", Dtype::kU8, {1}, std::as_bytes(std::span(byte))}},
                      {{"k", std::string(length, 'x')}});
    EXPECT_EQ((content_of(folder / "f").size() - 1) % 64, 0u);
  }
}

TEST(Safetensors, SurvivesBeingMoved) {
  SafetensorsFile file = parse_safetensors(safetensors_of(kTwo, "12345678"), "s");
  const SafetensorsFile moved = std::move(file);
  EXPECT_EQ(std::memcmp(moved.find("b").data.data(), "5678", 4), 0);
}

TEST(Safetensors, EveryTruncationIsRefused) {
  const std::string whole = safetensors_of(kTwo, "12345678");
  EXPECT_EQ(parse_safetensors(whole, "s").entries.size(), 2u);
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(refusal(whole.substr(0, size)).empty()) << size;
  }
  expect_contains(refusal(whole + "x"), "s: expected 8 bytes of tensors, found 9");
  EXPECT_EQ(refusal(whole.substr(0, whole.size() - 1)),
            "s: expected 8 bytes of tensors, found 7: the file is cut short, copy or download it again");
}

TEST(Safetensors, LyingLengthsAreRefused) {
  for (const uint64_t length : {uint64_t{3}, uint64_t{1} << 31, uint64_t{1} << 63, ~uint64_t{0}, ~uint64_t{7}}) {
    expect_contains(refusal(with_length(length, "{}")), "s: header length: expected at most 2, found");
  }
  expect_contains(refusal(with_length(1, "{}")), "s: header: line 1");
  expect_contains(refusal(with_length((4 << 20) + 1, std::string((4 << 20) + 1, ' '))),
                  "s: header length: expected at most 4194304, found 4194305");
  EXPECT_EQ(parse_safetensors(with_length(2, "{}"), "s").entries.size(), 0u);
}

TEST(Safetensors, OverlapsAndGapsAreRefused) {
  const auto two = [](const std::string& a, const std::string& b) {
    return header_refusal(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":)" + a +
                          R"(},"b":{"dtype":"U8","shape":[4],"data_offsets":)" + b + "}}");
  };
  EXPECT_EQ(two("[0,4]", "[3,7]"), "s: tensor \"b\": expected data at byte 4, where the one before it ends, found 3");
  EXPECT_EQ(two("[0,4]", "[0,4]"), "s: tensor \"b\": expected data at byte 4, where the one before it ends, found 0");
  EXPECT_EQ(two("[0,4]", "[5,9]"), "s: tensor \"b\": expected data at byte 4, where the one before it ends, found 5");
  expect_contains(two("[1,5]", "[5,9]"), "tensor \"a\": expected data at byte 0");
  expect_contains(two("[4,8]", "[8,12]"), "tensor \"a\": expected data at byte 0");
  expect_contains(header_refusal(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})"),
                  "s: expected 4 bytes of tensors, found 8");
  expect_contains(header_refusal(R"({"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}})"),
                  "s: expected 9 bytes of tensors, found 8");
}

TEST(Safetensors, SizesMustMatchShapeAndType) {
  const auto one = [](const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return header_refusal("{\"a\":{\"dtype\":" + dtype + ",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}");
  };
  expect_contains(one("\"F32\"", "[1]", "[0,8]"),
                  "tensor \"a\": data_offsets: expected 4 bytes for shape [1], found [0, 8]");
  expect_contains(one("\"F32\"", "[2]", "[8,0]"), "data_offsets: expected 8 bytes");
  expect_contains(one("\"F32\"", "[2]", "[-8,0]"), "data_offsets: expected 8 bytes");
  expect_contains(one("\"F32\"", "[2]", "[-9223372036854775808,9223372036854775807]"), "data_offsets");
  expect_contains(one("\"F32\"", "[-2]", "[0,8]"), "shape: expected fewer elements, found [-2]");
  expect_contains(one("\"F32\"", "[4294967296,4294967296]", "[0,8]"), "shape: expected fewer elements");
  expect_contains(one("\"F32\"", "[9223372036854775807]", "[0,8]"), "shape: expected fewer elements");
  expect_contains(one("\"F32\"", "[4611686018427387905]", "[0,4]"), "shape: expected fewer elements");
  expect_contains(one("\"F32\"", "[9223372036854775808]", "[0,8]"), "shape: expected a whole number below 2^63");
  expect_contains(one("\"F32\"", "[1,1,1,1,1,1,1,1,2]", "[0,8]"), "shape: expected a shape");
  expect_contains(one("\"F32\"", "[2.0]", "[0,8]"), "found 2.0");
  expect_contains(one("\"F32\"", "[2]", "[0,8,8]"), "data_offsets: expected [begin, end], found [0, 8, 8]");
  expect_contains(one("\"F16\"", "[4]", "[0,8]"), "dtype: expected F32, BF16, U8, I8 or I64, found \"F16\"");
  expect_contains(one("4", "[4]", "[0,8]"), "dtype: expected a text, found 4");
}

TEST(Safetensors, HeadersOfAnotherFormAreRefused) {
  expect_contains(header_refusal("[]"), "s: header: expected an object, found []");
  expect_contains(header_refusal(R"({"a":7})"), "s: tensor \"a\": expected an object, found 7");
  expect_contains(header_refusal(R"({"a":{"shape":[8],"data_offsets":[0,8]}})"),
                  "dtype: expected this field, found none");
  expect_contains(header_refusal(R"({"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8],"x":1}})"),
                  "unknown field \"x\"");
  expect_contains(header_refusal(R"({"__metadata__":3})"), "s: __metadata__: expected an object, found 3");
  expect_contains(header_refusal(R"({"__metadata__":{"k":3}})"), "s: __metadata__: \"k\": expected a text, found 3");
  expect_contains(header_refusal("{\"a\xff\":1}"), "s: header: line 1");
  expect_contains(header_refusal(std::string(1000, '[')), "s: header: expected at most 16 levels");
  expect_contains(header_refusal(std::string("{\0}", 3)), "s: header: line 1");
  const std::string a = R"("a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]})";
  expect_contains(header_refusal("{" + a + "," + a + "}"), "s: header: expected each key once, found \"a\" twice");
}

TEST(Safetensors, ManyTensorsTakeNoLongerThanTheirNumber) {
  std::string header = "{";
  for (int i = 0; i < 40000; ++i) {
    header += R"("name )" + std::to_string(i) + R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},)";
  }
  header.back() = '}';
  EXPECT_EQ(parse_safetensors(safetensors_of(header, ""), "s").entries.size(), 40000u);
}

TEST(Safetensors, WhatCannotBeReadBackIsNotWritten) {
  const TemporaryFolder folder;
  const std::vector<uint8_t> bytes = {1, 2};
  const auto refused = [&](const std::vector<SafetensorsEntry>& entries, const std::string& text = "v") {
    return message_of([&] { write_safetensors(folder / "f", entries, {{"k", text}}); });
  };
  const SafetensorsEntry good = {"t", Dtype::kU8, {2}, std::as_bytes(std::span(bytes))};
  SafetensorsEntry short_one = good;
  short_one.shape = {3};
  expect_contains(refused({short_one}), "f: tensor \"t\": expected U8 of shape [3], found 2 bytes");
  expect_contains(refused({good, good}), "f: tensor \"t\": expected each name once");
  expect_contains(refused({good}, "\xff"), "f: names and metadata: expected UTF-8");
  SafetensorsEntry reserved = good;
  reserved.name = "__metadata__";
  expect_contains(refused({reserved}), "__metadata__");
  EXPECT_TRUE(folder.names().empty());
}

}  // namespace
}  // namespace fer::io
