#include "tools/train/stored_text.h"

#include <gtest/gtest.h>

namespace fer::cli {
namespace {

TEST(StoredText, IsAPlainTextWhereItIsUtf8) {
  EXPECT_EQ(stored_text("runs/a").dump(), "\"runs/a\"");
  EXPECT_EQ(text_of(stored_text("Gef\xc3\xbchle")), "Gef\xc3\xbchle");
  EXPECT_TRUE(stored_text("").is_string());
}

TEST(StoredText, KeepsBytesThatAreNoUtf8) {
  std::string all;
  for (int c = 1; c < 256; ++c) all += static_cast<char>(c);
  for (const std::string& text : {all, std::string("f\xfc.csv"), std::string("\xff")}) {
    const nlohmann::ordered_json stored = stored_text(text);
    // Through a file, as run.json goes.
    const std::string written = stored.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    EXPECT_EQ(text_of(nlohmann::ordered_json::parse(written)), text);
  }
  EXPECT_EQ(stored_text("f\xfc")["bytes"], "66fc");
}

TEST(StoredText, RefusesWhatIsNone) {
  EXPECT_THROW(text_of(3), nlohmann::json::exception);
  EXPECT_THROW(text_of(nlohmann::ordered_json::object()), nlohmann::json::exception);
}

}  // namespace
}  // namespace fer::cli
