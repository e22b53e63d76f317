// Pictures that were decoded ahead are those that copy_fitted gives.
#include "data/read_ahead.h"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>

#include "core/parallel.h"
#include "fer/error.h"
#include "fer/threads.h"
#include "tests/support/message.h"

namespace fer::data {
namespace {

// Pictures of 4x4, each of its number; some cannot be read.
class Numbered final : public PictureSource {
 public:
  explicit Numbered(int64_t bad = -1) : bad_(bad) {}
  int64_t size() const override { return 2000; }
  uint64_t checksum(int64_t i) const override { return static_cast<uint64_t>(i); }
  void read(int64_t i, std::span<uint8_t> out) const override {
    ++reads;
    if (i == bad_) throw Error("picture " + std::to_string(i));
    for (size_t p = 0; p < out.size(); ++p) out[p] = static_cast<uint8_t>(static_cast<size_t>(i) * 3 + p);
  }
  mutable std::atomic<int64_t> reads = 0;

 private:
  int64_t bad_;
};

class ReadsAhead : public ::testing::Test {
 protected:
  void SetUp() override {
    set_num_threads(3);
    data_.height = data_.width = 4;
    data_.source = source_;
  }
  void TearDown() override { set_num_threads(0); }
  std::vector<uint8_t> expected(int64_t row, int64_t side) const {
    std::vector<uint8_t> pixels(static_cast<size_t>(side * side));
    copy_fitted(data_, row, side, side, 1, pixels);
    return pixels;
  }

  std::shared_ptr<const Numbered> source_ = std::make_shared<const Numbered>();
  Dataset data_;
};

TEST_F(ReadsAhead, GivesWhatWasExpectedAndWhatWasNot) {
  ReadAhead ahead(data_, {7, 7, 1});
  ASSERT_GT(ahead.capacity(), 0);
  std::vector<int64_t> rows(600);
  std::iota(rows.begin(), rows.end(), 0);
  for (size_t begin = 0; begin < rows.size(); begin += 60) {
    ahead.expect(std::span(rows).subspan(begin));
    std::vector<std::vector<uint8_t>> found(60, std::vector<uint8_t>(49));
    parallel_for(60,
                 [&](int64_t i) { ahead.take(rows[begin + static_cast<size_t>(i)], found[static_cast<size_t>(i)]); });
    for (size_t i = 0; i < 60; ++i) ASSERT_EQ(found[i], expected(rows[begin + i], 7)) << begin + i;
    std::vector<uint8_t> other(49);
    ahead.take(1999, other);
    EXPECT_EQ(other, expected(1999, 7));
    ahead.take(rows[begin], other);  // once more
    EXPECT_EQ(other, expected(rows[begin], 7));
  }
}

TEST_F(ReadsAhead, DecodesNoMoreThanItHasRoomFor) {
  ReadAhead ahead(data_, {4, 4, 1});
  std::vector<int64_t> rows(2000);
  std::iota(rows.begin(), rows.end(), 0);
  ahead.expect(rows);
  std::vector<uint8_t> last(16);
  ahead.take(rows[static_cast<size_t>(ahead.capacity()) - 1], last);
  EXPECT_EQ(last, expected(ahead.capacity() - 1, 4));
  EXPECT_LE(source_->reads, ahead.capacity() + 1);
}

TEST_F(ReadsAhead, SaysWhatIsTheMatterWhereAPictureIsAskedFor) {
  data_.source = std::make_shared<const Numbered>(5);
  ReadAhead ahead(data_, {4, 4, 1});
  const std::vector<int64_t> rows = {4, 5, 6};
  std::vector<uint8_t> out(16);
  ahead.expect(rows);
  ahead.take(6, out);
  EXPECT_EQ(message_of([&] { ahead.take(5, out); }), "picture 5");
  EXPECT_EQ(message_of([&] { ahead.take(5, out); }), "picture 5");
  ahead.take(4, out);
}

TEST_F(ReadsAhead, LeavesOneThreadAndPicturesInMemoryAlone) {
  set_num_threads(1);
  EXPECT_EQ(ReadAhead(data_, {4, 4, 1}).capacity(), 0);
  set_num_threads(3);
  Dataset in_memory;
  in_memory.height = in_memory.width = 1;
  in_memory.pixels = {7};
  ReadAhead none(in_memory, {1, 1, 1});
  EXPECT_EQ(none.capacity(), 0);
  std::vector<uint8_t> out(1);
  none.expect(std::vector<int64_t>{0});
  none.take(0, out);
  EXPECT_EQ(out[0], 7);
}

}  // namespace
}  // namespace fer::data
