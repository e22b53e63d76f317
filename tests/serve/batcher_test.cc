#include "tools/serve/batcher.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace fer::serve {
namespace {

// Pictures of two bytes; of two classes the probabilities are these bytes.
struct Recorded {
  std::vector<size_t> batches;
  Batcher batcher;
  explicit Recorded(size_t max_batch)
      : batcher(2, 2, max_batch, [this](std::span<const uint8_t> pixels, std::span<float> out) {
          batches.push_back(pixels.size() / 2);
          std::copy(pixels.begin(), pixels.end(), out.begin());
        }) {}
};

TEST(Batcher, RequestsThatCameTogetherAreOneBatchAndEachGetsItsOwn) {
  Recorded r(8);
  std::vector<std::vector<float>> answers;
  const auto keep = [&](const std::exception_ptr& failure, std::span<const float> p) {
    EXPECT_EQ(failure, nullptr);
    answers.emplace_back(p.begin(), p.end());
  };
  r.batcher.add({1, 2}, keep);
  r.batcher.add({3, 4, 5, 6}, keep);
  r.batcher.add({7, 8}, keep);
  EXPECT_EQ(r.batcher.waiting(), 4u);
  EXPECT_EQ(r.batcher.run(1), 4u);
  EXPECT_EQ(r.batches, std::vector<size_t>{4});
  EXPECT_EQ(answers, (std::vector<std::vector<float>>{{1, 2}, {3, 4, 5, 6}, {7, 8}}));
  EXPECT_EQ(r.batcher.waiting(), 0u);
  EXPECT_FALSE(r.batcher.oldest().has_value());
  EXPECT_EQ(r.batcher.run(1), 0u);
}

TEST(Batcher, ABatchIsAThreadsShareAndNoLargerThanItMayBe) {
  Recorded r(3);
  for (uint8_t i = 0; i < 8; ++i) r.batcher.add({i, i}, [](const std::exception_ptr&, std::span<const float>) {});
  EXPECT_TRUE(r.batcher.full());
  EXPECT_EQ(r.batcher.run(4), 2u);  // of 8, for four threads
  EXPECT_EQ(r.batcher.run(1), 3u);
  EXPECT_EQ(r.batcher.run(1), 3u);
  EXPECT_EQ(r.batches, (std::vector<size_t>{2, 3, 3}));
}

TEST(Batcher, ARequestOfMorePicturesThanABatchIsComputedInParts) {
  Recorded r(2);
  std::vector<float> answer;
  r.batcher.add({1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
                [&](const std::exception_ptr&, std::span<const float> p) { answer.assign(p.begin(), p.end()); });
  EXPECT_EQ(r.batcher.run(1), 5u);
  EXPECT_EQ(r.batches, (std::vector<size_t>{2, 2, 1}));
  EXPECT_EQ(answer, (std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
}

TEST(Batcher, ARequestWithoutPicturesIsAnsweredAtOnce) {
  Recorded r(2);
  int answers = 0;
  r.batcher.add({}, [&](const std::exception_ptr&, std::span<const float> p) { answers += p.empty() ? 1 : 0; });
  EXPECT_EQ(answers, 1);
  EXPECT_TRUE(r.batches.empty());
}

TEST(Batcher, AFailureReachesEveryRequestOfItsBatchAndTheNextWorks) {
  bool fail = true;
  Batcher batcher(1, 1, 4, [&](std::span<const uint8_t>, std::span<float>) {
    if (fail) throw std::runtime_error("no memory");
  });
  int failures = 0, answers = 0;
  const auto count = [&](const std::exception_ptr& failure, std::span<const float>) {
    failure != nullptr ? ++failures : ++answers;
  };
  batcher.add({1}, count);
  batcher.add({2}, count);
  batcher.run(1);
  EXPECT_EQ(failures, 2);
  fail = false;
  batcher.add({3}, count);
  batcher.run(1);
  EXPECT_EQ(answers, 1);
}

}  // namespace
}  // namespace fer::serve
