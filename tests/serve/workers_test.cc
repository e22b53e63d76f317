#include "tools/serve/workers.h"

#include <gtest/gtest.h>

#include <future>

namespace fer::serve {
namespace {

Batcher counting(std::vector<size_t>& batches) {
  return {1, 1, 8, [&](std::span<const uint8_t> pixels, std::span<float>) { batches.push_back(pixels.size()); }};
}

void nothing(const std::exception_ptr&, std::span<const float>) {}

TEST(Workers, PicturesOfJobsThatWaitBecomeOneBatch) {
  std::vector<size_t> batches;
  Batcher batcher = counting(batches);
  std::promise<void> go;
  {
    Workers workers(1, 10, {&batcher});
    workers.offer([&] { go.get_future().wait(); });  // the only thread is busy until all have come
    for (int i = 0; i < 3; ++i) {
      workers.offer([&] {
        batcher.add({1}, nothing);
        workers.wake();
      });
    }
    go.set_value();
  }
  size_t pictures = 0;
  for (const size_t n : batches) pictures += n;
  EXPECT_EQ(pictures, 3u);
  EXPECT_LE(batches.size(), 3u);
}

TEST(Workers, MoreJobsThanMayWaitAreRefused) {
  std::promise<void> go, began;
  int done = 0;
  {
    Workers workers(1, 2, {});
    ASSERT_TRUE(workers.offer([&] {
      began.set_value();
      go.get_future().wait();
    }));
    began.get_future().wait();
    EXPECT_TRUE(workers.offer([&] { ++done; }));
    EXPECT_TRUE(workers.offer([&] { ++done; }));
    EXPECT_FALSE(workers.offer([&] { ++done; }));
    EXPECT_EQ(workers.waiting(), 2u);
    go.set_value();
  }
  EXPECT_EQ(done, 2);  // what waits is done before the end
}

TEST(Workers, PicturesThatAJobAddsAtTheEndAreComputed) {
  std::vector<size_t> batches;
  Batcher batcher = counting(batches);
  {
    Workers workers(2, 10, {&batcher});
    workers.offer([&] {
      batcher.add({1, 2}, nothing);
      workers.wake();
    });
  }
  EXPECT_EQ(batches, std::vector<size_t>{2});
}

}  // namespace
}  // namespace fer::serve
