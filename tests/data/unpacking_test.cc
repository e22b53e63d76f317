// Compressed and otherwise encoded tables: what they hold, and what is damaged.
#include "data/unpacking.h"

#include <gtest/gtest.h>
#include <isa-l/igzip_lib.h>

#include "tests/data/csv_text.h"
#include "tests/support/message.h"

namespace fer::test {
namespace {

using data::Packing;

std::string gzip_of(const std::string& text) {
  std::string out(text.size() + 1000, '\0');
  isal_zstream stream;
  isal_deflate_stateless_init(&stream);
  stream.gzip_flag = IGZIP_GZIP;
  stream.end_of_stream = 1;
  stream.next_in = reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uint32_t>(text.size());
  stream.next_out = reinterpret_cast<uint8_t*>(out.data());
  stream.avail_out = static_cast<uint32_t>(out.size());
  EXPECT_EQ(isal_deflate_stateless(&stream), COMP_OK);
  out.resize(stream.total_out);
  return out;
}

std::string utf16_of(const std::string& text, bool big) {
  std::string out = big ? "\xfe\xff" : "\xff\xfe";
  for (const char c : text) {
    if (big) out += '\0';
    out += c;
    if (!big) out += '\0';
  }
  return out;
}

Packing packing(const std::string& bytes) { return data::packing_of(data::MemorySource(bytes)); }

std::string unpacked(const std::string& bytes) {
  std::string text;
  data::unpack(packing(bytes), data::MemorySource(bytes), "p", [&](std::string_view piece) { text += piece; });
  return text;
}
std::string unpacking_message(const std::string& bytes) {
  return fer::message_of([&] { unpacked(bytes); });
}

TEST(Unpacking, GzipOfOneOrMoreMembers) {
  const std::string text = csv_text(80);
  const std::string packed = gzip_of(text);
  ASSERT_LT(packed.size(), text.size());
  EXPECT_TRUE(unpacked(packed) == text);
  EXPECT_TRUE(unpacked(gzip_of(text) + gzip_of("more\n")) == text + "more\n");
  EXPECT_TRUE(unpacked(gzip_of(text) + std::string(512, '\0')) == text) << "filled up with zeros";
  EXPECT_EQ(unpacked(gzip_of("")), "");
}

TEST(Unpacking, DamagedGzipIsRefused) {
  const std::string packed = gzip_of(csv_text(80));
  EXPECT_EQ(unpacking_message(packed.substr(0, packed.size() / 2)),
            "p: expected a whole gzip file, found the beginning of one: copy or download it again");
  EXPECT_NE(unpacking_message(packed.substr(0, packed.size() - 1)), "");
  EXPECT_NE(unpacking_message(packed.substr(0, 5)), "");
  std::string changed = packed;
  changed[changed.size() - 7] ^= 1;  // of the checksum
  EXPECT_EQ(unpacking_message(changed),
            "p: expected a whole gzip file, found a damaged one: copy or download it again");
}

TEST(Unpacking, Utf16OfEitherOrder) {
  const std::string text = csv_text(40);
  EXPECT_TRUE(unpacked(utf16_of(text, false)) == text);
  EXPECT_TRUE(unpacked(utf16_of(text, true)) == text);
  // One, two, three and four bytes of UTF-8.
  EXPECT_EQ(unpacked(std::string("\xff\xfe"
                                 "a\0\xe9\0\xac\x20\x3d\xd8\x00\xde",
                                 12)),
            "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  EXPECT_EQ(unpacking_message(std::string("\xff\xfe"
                                          "a\0b",
                                          5)),
            "p: byte 5: expected text in UTF-16, found half a character at the end");
  EXPECT_EQ(unpacking_message(std::string("\xff\xfe\x3d\xd8"
                                          "a\0",
                                          6)),
            "p: byte 5: expected text in UTF-16, found half of a pair of units");
  EXPECT_EQ(unpacking_message(std::string("\xff\xfe\x3d\xd8", 4)),
            "p: byte 3: expected text in UTF-16, found half of a pair of units");
}

TEST(Unpacking, OldLineEndsBecomeNewOnes) {
  std::string text = csv_text(4);
  const std::string wanted = text;
  std::replace(text.begin(), text.end(), '\n', '\r');
  EXPECT_EQ(packing(text), Packing::kOldLineEnds);
  EXPECT_TRUE(unpacked(text) == wanted);
  EXPECT_EQ(packing("emotion,pixels\r\n"), Packing::kNone);
  EXPECT_EQ(packing("emotion,pixels\r"), Packing::kNone) << "perhaps the beginning of a CRLF";
}

TEST(Unpacking, PlainTextAndOtherFilesStayAsTheyAre) {
  for (const std::string& bytes :
       {csv_text(1), std::string(), std::string("\x89PNG\r\n\x1a\n", 8), std::string("{}")}) {
    EXPECT_EQ(packing(bytes), Packing::kNone);
  }
}

}  // namespace
}  // namespace fer::test
