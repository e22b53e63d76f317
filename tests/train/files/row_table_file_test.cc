#include "train/files/row_table_file.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "io/safetensors.h"
#include "tests/train/small_run.h"

namespace fer::train {
namespace {

RowTable some_table(int64_t count) {
  RowTable table(numbers(0, count), count, 3);
  float v = 0;
  for (float& x : table.tensor().values()) x = std::min(1.0f, v += 1.0f / 64);
  return table;
}

class RowTableFile : public ::testing::Test {
 protected:
  std::string refusal() {
    RowTable table(numbers(0, 4), 4, 3);
    return message_of([&] { read_row_table(path_, table); });
  }
  void write(io::Dtype dtype, const Shape& shape, std::vector<float> values, const char* name = "targets") {
    io::write_safetensors(path_, {{name, dtype, shape, std::as_bytes(std::span(values))}}, {});
  }

  ScratchFolder folder_;
  std::string path_ = folder_ / "targets.safetensors";
};

TEST_F(RowTableFile, ComesBackToTheBit) {
  const RowTable table = some_table(4);
  write_row_table(path_, table);
  RowTable again(numbers(0, 4), 4, 3);
  read_row_table(path_, again);
  EXPECT_TRUE(same_bits(again.tensor().values(), table.tensor().values()));
}

TEST_F(RowTableFile, ThatIsAnotherIsRefusedByName) {
  EXPECT_TRUE(refusal().starts_with(path_)) << "not there: " << refusal();
  write_row_table(path_, some_table(5));
  EXPECT_EQ(refusal(), path_ + ": expected the targets of this run's teacher, F32 [4, 3], found F32 [5, 3]");
  write(io::Dtype::kI64, Shape({2, 3}), std::vector<float>(12));
  EXPECT_EQ(refusal(), path_ + ": expected the targets of this run's teacher, F32 [4, 3], found I64 [2, 3]");
  write(io::Dtype::kF32, Shape({4, 3}), std::vector<float>(12), "weights");
  EXPECT_TRUE(refusal().starts_with(path_)) << refusal();
  for (const float bad : {-0.1f, 1.1f, std::numeric_limits<float>::quiet_NaN()}) {
    std::vector<float> values(12, 0.25f);
    values[7] = bad;
    write(io::Dtype::kF32, Shape({4, 3}), values);
    EXPECT_NE(refusal().find(": expected numbers from 0 to 1, found"), std::string::npos) << bad;
  }
}

TEST_F(RowTableFile, ThatIsDamagedIsRefusedByName) {
  write_row_table(path_, some_table(4));
  std::string bytes = content_of(path_);
  bytes[bytes.size() - 3] ^= 0x10;
  std::ofstream(path_, std::ios::binary) << bytes;
  EXPECT_TRUE(refusal().starts_with(path_)) << refusal();
  std::ofstream(path_, std::ios::binary) << bytes.substr(0, bytes.size() - 5);
  EXPECT_TRUE(refusal().starts_with(path_)) << refusal();
}

}  // namespace
}  // namespace fer::train
