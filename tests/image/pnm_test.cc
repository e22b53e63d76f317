// Netpbm's four forms.
#include <gtest/gtest.h>

#include "tests/image/pictures.h"

namespace fer {
namespace {

TEST(Pnm, ReadsNetpbmInFourForms) {
  EXPECT_EQ(decoded("P2 # a comment\n3 2 # another\n255\n0 1 2\n3\t4\r\n255").pixels, (Bytes{0, 1, 2, 3, 4, 255}));
  EXPECT_EQ(decoded("P3\n1 1\n255\n7 8 9\n").pixels, (Bytes{7, 8, 9}));
  EXPECT_EQ(decoded("P3\n1 1\n255\n7 8 9\n").channels, 3);
  EXPECT_EQ(decoded("P5 2 1 255\nab").pixels, (Bytes{'a', 'b'}));
  EXPECT_EQ(decoded("P5\n#c\n1\n2 255\n\nx").pixels, (Bytes{'\n', 'x'}));
  EXPECT_EQ(decoded("P6 1 1 255\nabc").pixels, (Bytes{'a', 'b', 'c'}));
}

TEST(Pnm, NetpbmIsScaledToTheFullRange) {
  EXPECT_EQ(decoded(std::string("P5 3 1 65535\n\0\0\x80\0\xff\xff", 19)).pixels, (Bytes{0, 128, 255}))
      << "two bytes each";
  EXPECT_EQ(decoded("P2 2 1 1023 1023 512").pixels, (Bytes{255, 128}));
  EXPECT_EQ(decoded("P2 4 1 3 0 1 2 3").pixels, (Bytes{0, 85, 170, 255}));
  EXPECT_EQ(decoded(std::string("P5 2 1 1\n\0\1", 11)).pixels, (Bytes{0, 255}));
}

TEST(Pnm, BadNetpbmIsRefused) {
  expect_contains(refusal("P5 2 2 255\nabc"), "p: pixels: expected 4 bytes, found 3");
  expect_contains(refusal("P2 2 1 255\n1"), "p: pixel: expected a number, found the end");
  expect_contains(refusal("P2 2 1 255\n1 x"), "p: pixel: expected a number, found none (byte 13)");
  expect_contains(refusal("P2 2 1 255\n1 256"), "p: pixel: expected at most 255, found more");
  expect_contains(refusal("P2 2 1 255\n1 -1"), "p: pixel: expected a number, found none");
  expect_contains(refusal("P5 1 1 3\nx"), "p: pixel 0: expected at most 3, found 120");
  expect_contains(refusal("P5 1 1 65536\nxx"), "p: largest value: expected at most 65535, found more");
  expect_contains(refusal("P5 2 1 65535\nxxx"), "p: pixels: expected 4 bytes, found 3");
  expect_contains(refusal(std::string("P5 1 1 300\n\2\0", 13)), "p: pixel 0: expected at most 300, found 512");
  expect_contains(refusal("P5 1 1 0\nx"), "p: largest value: expected 1 to 65535, found 0");
  expect_contains(refusal("P5 0 1 255\nx"), "p: expected a picture of 1 to 100000000 pixels, found height 1, width 0");
  expect_contains(refusal("P5 99999999 99999999 255\nx"), "to fit the file's");
  expect_contains(refusal("P5 99999999999999999999 1 255\nx"), "p: width: expected at most 100000000, found more");
  expect_contains(refusal("P5 1 1 255"), "p: expected a white space before the pixels");
  expect_contains(refusal("P5"), "p: width: expected a number, found the end");
}

}  // namespace
}  // namespace fer
