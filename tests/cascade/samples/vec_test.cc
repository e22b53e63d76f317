// .vec files, byte for byte.
#include <gtest/gtest.h>

#include "fer/cascade_samples.h"
#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer {
namespace {

// Two samples of 2x1: 1 255 and 0 7.
const std::string kTwo("\2\0\0\0\2\0\0\0\0\0\0\0\0\1\0\xff\0\0\0\0\7\0", 22);

std::string refusal(const std::string& bytes, int width = 2, int height = 1) {
  return message_of([&] { parse_vec(bytes, width, height, "v.vec"); });
}

TEST(Vec, HasAHeaderOf12BytesAndPixelsOf16Bits) {
  const SampleSet samples = parse_vec(kTwo, 2, 1);
  EXPECT_EQ(samples.count(), 2u);
  EXPECT_EQ(samples.pixels, (std::vector<uint8_t>{1, 255, 0, 7}));
  EXPECT_EQ(vec_bytes(samples), kTwo);
}

TEST(Vec, IsReadFromAFile) {
  const TemporaryFolder folder;
  put(folder / "a.vec", kTwo);
  EXPECT_EQ(read_vec(folder / "a.vec", 1, 2).pixels.size(), 4u);
  EXPECT_EQ(vec_sample_size(folder / "a.vec"), 2);
}

TEST(Vec, RefusesCountsThatDoNotFit) {
  EXPECT_EQ(refusal(kTwo, 3, 1), "v.vec: expected samples of 3x1 = 3 pixels, found 2: another width and height?");
  EXPECT_EQ(refusal(kTwo.substr(0, 17)), "v.vec: expected 2 samples as its header says, found bytes for 1");
  expect_contains(refusal(kTwo.substr(0, 20)), "expected 2 samples as its header says");
  expect_contains(refusal("abc"), "expected a .vec file of at least 12 bytes, found 3");
  std::string many = kTwo;
  many[3] = '\x7f';
  expect_contains(refusal(many), "found bytes for 2");
  std::string large = kTwo;
  large[14] = 1;
  EXPECT_EQ(refusal(large), "v.vec: sample 0: expected pixels of 0 to 255, found 257");
  expect_contains(refusal(kTwo, 0, 1), "expected samples of 1 to 1000 pixels a side, found 0x1");
}

}  // namespace
}  // namespace fer
