#include "network/json_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "core/json_value.h"
#include "tests/network/layers_json.h"

namespace fer {
namespace {

TEST(NetworkJson, EveryFloatReadsBackAsItself) {
  uint32_t bits = 1;
  for (int i = 0; i < 20000; ++i) {
    bits = bits * 1664525u + 1013904223u;
    float value;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    const std::string text = core::JsonValue(shortest_double(value)).one_line();
    EXPECT_EQ(nlohmann::json::parse(text).get<float>(), value) << text;
  }
}

TEST(HostileJson, SyntaxErrorsSayLineAndColumn) {
  expect_contains(refusal_of_json("{\n \"input\": [8, 8,, 2]}"), "n.json: line 2, column 17: ");
  expect_contains(refusal_of_json(""), "n.json: line 1, column 1: ");
  expect_contains(refusal_of_json("{} x"), "n.json: line 1, column 4");
  expect_contains(refusal_of_json(std::string("{\0}", 3)), "n.json: line 1, column 2");
  expect_contains(refusal_of_json("\"a\nb\""), "n.json: line ");
}

TEST(HostileJson, DepthIsBounded) {
  for (const size_t depth : {17u, 1000u, 1000000u}) {
    expect_contains(refusal_of_json(std::string(depth, '[')), "n.json: expected at most 16 levels");
    std::string objects;
    for (size_t i = 0; i < std::min<size_t>(depth, 10000); ++i) objects += "{\"a\":";
    expect_contains(refusal_of_json(objects), "n.json: expected at most 16 levels");
  }
}

TEST(HostileJson, SixteenLevelsAreFine) {
  EXPECT_EQ(parse_json(std::string(16, '[') + std::string(16, ']'), "x")->size(), 1u);
}

TEST(HostileJson, ManyObjectsSideBySideTakeNoLongerThanTheirLength) {
  std::string objects = "[{}";
  for (int i = 0; i < 300000; ++i) objects += ",{}";
  EXPECT_EQ(parse_json(objects + "]", "x")->size(), 300001u);
}

TEST(HostileJson, EqualKeysInDifferentObjectsAreFine) {
  EXPECT_EQ(parse_json(R"([{"a": {"a": 1}}, {"a": 2}])", "x")->size(), 2u);
}

TEST(HostileJson, TextThatIsNotUtf8IsRefusedInPrintableWords) {
  const std::string message = refusal_of_json("{\"\xff\xfe\": 1}");
  for (const char c : message) EXPECT_TRUE(c >= 0x20 && c < 0x7f) << message;
}

TEST(HostileJson, AnEndlessTextIsRefusedByItsLength) {
  expect_contains(refusal_of_json(std::string((size_t{4} << 20) + 1, ' ')),
                  "n.json: expected at most 4194304 bytes of JSON");
}

}  // namespace
}  // namespace fer
