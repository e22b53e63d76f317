// JSON that nobody meant: refused in one line, without a crash and without much memory.
#include <gtest/gtest.h>

#include "fer/network.h"
#include "network/json_text.h"
#include "tests/support/message.h"

namespace fer {
namespace {

std::string refusal(const std::string& text) {
  return message_of([&] { network_from_json(text, "n.json"); });
}

std::string with_layer(const std::string& layer) { return R"({"input": [8, 8, 2], "layers": [)" + layer + "]}"; }

TEST(HostileJson, SyntaxErrorsSayLineAndColumn) {
  expect_contains(refusal("{\n \"input\": [8, 8,, 2]}"), "n.json: line 2, column 17: ");
  expect_contains(refusal(""), "n.json: line 1, column 1: ");
  expect_contains(refusal("{} x"), "n.json: line 1, column 4");
  expect_contains(refusal(std::string("{\0}", 3)), "n.json: line 1, column 2");
  expect_contains(refusal("\"a\nb\""), "n.json: line ");
}

TEST(HostileJson, OtherThanAnObjectIsRefused) {
  EXPECT_EQ(refusal("7"), "n.json: expected an object, found 7");
  EXPECT_EQ(refusal("[]"), "n.json: expected an object, found []");
  EXPECT_EQ(refusal("{}"), "n.json: input: expected this field, found none");
  EXPECT_EQ(refusal(R"({"input": [8, 8, 2]})"), "n.json: layers: expected an array of layers, found none");
  EXPECT_EQ(refusal(R"({"input": [8, 8, 2], "layers": 3})"), "n.json: layers: expected an array of layers, found 3");
  EXPECT_EQ(refusal(R"({"input": [8, 8, 2], "layers": []})"),
            "n.json: network: expected one layer or more, found none");
}

TEST(HostileJson, DepthIsBounded) {
  for (const size_t depth : {17u, 1000u, 1000000u}) {
    expect_contains(refusal(std::string(depth, '[')), "n.json: expected at most 16 levels");
    std::string objects;
    for (size_t i = 0; i < std::min<size_t>(depth, 10000); ++i) objects += "{\"a\":";
    expect_contains(refusal(objects), "n.json: expected at most 16 levels");
  }
}

TEST(HostileJson, SixteenLevelsAreFine) {
  EXPECT_EQ(parse_json(std::string(16, '[') + std::string(16, ']'), "x").size(), 1u);
}

TEST(HostileJson, ManyObjectsSideBySideTakeNoLongerThanTheirLength) {
  std::string objects = "[{}";
  for (int i = 0; i < 300000; ++i) objects += ",{}";
  EXPECT_EQ(parse_json(objects + "]", "x").size(), 300001u);
}

TEST(HostileJson, DuplicateKeysAreRefused) {
  EXPECT_EQ(refusal(R"({"input": [8, 8, 2], "input": [8, 8, 2]})"),
            "n.json: expected each key once, found \"input\" twice");
  expect_contains(refusal(with_layer(R"({"name": "f", "type": "flatten", "type": "add"})")), "found \"type\" twice");
}

TEST(HostileJson, EqualKeysInDifferentObjectsAreFine) {
  EXPECT_EQ(parse_json(R"([{"a": {"a": 1}}, {"a": 2}])", "x").size(), 2u);
}

TEST(HostileJson, NumbersBeyondTheirTypeAreRefused) {
  const auto filters = [](const std::string& number) {
    return refusal(with_layer(R"({"name": "c", "type": "conv2d", "kernel": [3, 3], "filters": )" + number + "}"));
  };
  for (const char* number : {"9223372036854775808", "18446744073709551615", "18446744073709551616", "1e400", "-1e400",
                             "1e30", "3.5", "true", "null"}) {
    expect_contains(filters(number), "n.json: ");
  }
  for (const char* number : {"9223372036854775807", "-9223372036854775808", "-1", "0", "1099511627776"}) {
    expect_contains(filters(number), "n.json: layer 'c': filters: expected 1 to 16777216");
  }
  expect_contains(
      refusal(
          R"({"input": [9223372036854775807, 9223372036854775807, 2], "layers": [{"name": "f", "type": "flatten"}]})"),
      "n.json: input: expected extents");
}

TEST(HostileJson, HugeLayersAreRefusedBeforeMemoryIsTaken) {
  expect_contains(
      refusal(with_layer(R"({"name": "f", "type": "flatten"}, {"name": "d", "type": "dense", "units": 16777216},
                                        {"name": "e", "type": "dense", "units": 16777216})")),
      "n.json: layer 'e': kernel [16777216, 16777216]: expected at most");
  std::string layers;
  for (int i = 0; i < 10001; ++i) layers += (i ? ",{}" : "{}");
  expect_contains(refusal(with_layer(layers)), "n.json: layers: expected at most 10000, found 10001");
}

TEST(HostileJson, CyclesAndForwardEdgesAreRefused) {
  expect_contains(refusal(with_layer(R"({"name": "a", "type": "flatten", "inputs": ["b"]},
                                        {"name": "b", "type": "flatten", "inputs": ["a"]})")),
                  "n.json: layer 'a': inputs: expected earlier layers or 'input', found 'b'");
  expect_contains(refusal(with_layer(R"({"name": "a", "type": "flatten", "inputs": ["a"]})")), "found 'a'");
  expect_contains(refusal(with_layer(R"({"name": "a", "type": "flatten"}, {"name": "a", "type": "flatten"})")),
                  "layer 'a': name: expected one that no earlier layer has");
}

TEST(HostileJson, TextThatIsNotUtf8IsRefusedInPrintableWords) {
  const std::string message = refusal("{\"\xff\xfe\": 1}");
  for (const char c : message) EXPECT_TRUE(c >= 0x20 && c < 0x7f) << message;
}

TEST(HostileJson, NamesCannotBreakAMessage) {
  for (const char* name : {R"(a\nb)", R"(a\u0000b)", R"(a\u001b[31m)", R"(a\u007fb)"}) {
    const std::string message = refusal(with_layer(std::string(R"({"name": ")") + name + R"(", "type": "flatten"})"));
    expect_contains(message, "n.json: layer 1: name: expected at most 128 bytes without control characters");
  }
  expect_contains(refusal(with_layer(R"({"name": ")" + std::string(100000, 'x') + R"(", "type": "flatten"})")), "...");
}

TEST(HostileJson, MessagesStayShort) {
  const std::string long_text(1000000, 'y');
  EXPECT_LT(refusal(with_layer(R"({"name": "f", "type": ")" + long_text + "\"}")).size(), 400u);
  EXPECT_LT(refusal("{\"" + long_text + "\": 1}").size(), 400u);
  EXPECT_LT(refusal("[\"" + long_text).size(), 400u);
  EXPECT_LT(refusal(R"({"input": [)" + std::string(100000, '1') + "]}").size(), 400u);
}

TEST(HostileJson, AnEndlessTextIsRefusedByItsLength) {
  expect_contains(refusal(std::string((size_t{4} << 20) + 1, ' ')), "n.json: expected at most 4194304 bytes of JSON");
}

}  // namespace
}  // namespace fer
