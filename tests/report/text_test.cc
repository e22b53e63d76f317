#include "report/text.h"

#include <gtest/gtest.h>

#include <cmath>

namespace fer::report {
namespace {

TEST(Text, EscapesEverythingThatHtmlReadsAsMarkup) {
  EXPECT_EQ(escaped("<b a=\"1\" c='2'>&amp;</b>"), "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;&lt;/b&gt;");
  EXPECT_EQ(escaped("Ärger"), "Ärger");
}

TEST(Text, TurnsControlCharactersIntoSpaces) {
  EXPECT_EQ(escaped(std::string("a\0b\x1b[31m\x7f\tc\n", 11)), "a b [31m \tc");
  EXPECT_EQ(escaped("a\tb\nc"), "a\tb\nc");
}

TEST(Text, GroupsThousandsOfAnyLength) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(28709), "28,709");
  EXPECT_EQ(grouped(-123456), "-123,456");
  EXPECT_EQ(grouped(5905863), "5,905,863");
}

TEST(Text, ShowsADashWhereThereIsNoNumber) {
  EXPECT_EQ(percent(0.65123), "65.1 %");
  EXPECT_EQ(percent(std::nan("")), "–");
  EXPECT_EQ(fixed4(1.25), "1.2500");
  EXPECT_EQ(fixed4(INFINITY), "–");
  EXPECT_EQ(duration(NAN), "–");
}

TEST(Text, DurationsRoundToSecondsAndCarry) {
  EXPECT_EQ(duration(0), "0:00");
  EXPECT_EQ(duration(59.6), "1:00");
  EXPECT_EQ(duration(61.2), "1:01");
  EXPECT_EQ(duration(3725), "1:02:05");
}

TEST(Text, PadsByLettersNotBytes) {
  EXPECT_EQ(display_width("Ärger"), 5u);
  EXPECT_EQ(padded("Ärger", 7), "Ärger  ");
  EXPECT_EQ(padded("longer", 3), "longer");
}

}  // namespace
}  // namespace fer::report
