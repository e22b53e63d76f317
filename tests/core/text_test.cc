// UTF-8, and what is shown of other bytes.
#include "core/text.h"

#include <gtest/gtest.h>

namespace fer::core {
namespace {

TEST(Text, IsTrimmedOfSpaces) {
  EXPECT_EQ(trimmed("  a b "), "a b");
  EXPECT_EQ(trimmed("   "), "");
}

TEST(Text, Utf8IsKnown) {
  for (const char* good : {"", "plain", "caf\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xed\x9f\xbf"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  // Latin-1, a lone continuation, cut short, overlong, a surrogate, above U+10FFFF.
  for (const char* bad : {"caf\xe9", "\x80", "\xe2\x82", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                          "\xf5\x80\x80\x80"}) {
    EXPECT_FALSE(is_utf8(bad)) << escaped(bad);
  }
}

TEST(Text, OtherBytesAreEscaped) {
  EXPECT_EQ(escaped("caf\xe9s"), "caf\\xE9s");
  EXPECT_EQ(escaped("caf\xc3\xa9\n"), "caf\xc3\xa9\\x0A");
  EXPECT_EQ(escaped("\xe2\x82"), "\\xE2\\x82");
}

}  // namespace
}  // namespace fer::core
