// JSON that is made to be written.
#include "core/json_value.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/support/message.h"

namespace fer::core {
namespace {

JsonValue sample() {
  JsonValue value =
      JsonValue::object({{"b", -1}, {"a", uint64_t{1} << 63}, {"list", JsonValue::array({true, nullptr})}});
  value["b2"]["deep"] = 0.1;
  value["names"] = std::vector<std::string>{"x", "\"\n"};
  value["empty"] = JsonValue::object();
  value["none"] = JsonValue::array();
  value["float"] = 1.0;
  return value;
}

TEST(JsonValue, IsWrittenAsNlohmannWritesIt) {
  const JsonValue value = sample();
  const auto read = nlohmann::ordered_json::parse(value.dump());
  EXPECT_EQ(value.dump(), read.dump());
  EXPECT_EQ(value.dump(2), read.dump(2));
  EXPECT_EQ(value.dump(),
            R"({"b":-1,"a":9223372036854775808,"list":[true,null],"b2":{"deep":0.1},"names":["x","\"\n"],)"
            R"("empty":{},"none":[],"float":1.0})");
  EXPECT_EQ(value.find("list")->one_line(), "[true, null]");
  EXPECT_EQ(value.find("b2")->one_line(), "{\"deep\": 0.1}");
  EXPECT_EQ(JsonValue(std::nan("")).dump(), "null");
}

TEST(JsonValue, ComesFromOneThatWasRead) {
  JsonValue value = sample();
  value.sort_keys();
  const auto read = nlohmann::json::parse(value.dump());
  EXPECT_EQ(value.dump(), read.dump()) << "sorted on every level";
  EXPECT_EQ(JsonValue(read).dump(), read.dump());
}

TEST(JsonValue, MembersAreFoundMadeAndErased) {
  JsonValue value = sample();
  EXPECT_EQ(value.find("nothing"), nullptr);
  EXPECT_EQ(value.find("b")->dump(), "-1");
  value["b"] = "text";
  EXPECT_EQ(value.find("b")->dump(), "\"text\"");
  value.erase("b");
  EXPECT_EQ(value.find("b"), nullptr);
  EXPECT_TRUE(value.is_object());
  EXPECT_FALSE(JsonValue().is_object());
}

TEST(JsonValue, TextThatIsNotUtf8IsRefusedOrReplaced) {
  const JsonValue value = JsonValue::array({"\xff"});
  EXPECT_EQ(message_of([&] { value.one_line(); }), "text for JSON: expected UTF-8");
  EXPECT_THROW(value.dump(), nlohmann::json::exception);
  EXPECT_EQ(value.dump(JsonValue::Utf8::kReplaced), "[\"\xef\xbf\xbd\"]");
}

}  // namespace
}  // namespace fer::core
