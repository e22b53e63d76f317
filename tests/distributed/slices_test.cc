#include "distributed/slices.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <thread>

#include "distributed/bf16.h"
#include "fer/error.h"

namespace fer::distributed {
namespace {

template <class Work>
void on_ranks(int ranks, const Work& work) {
  const std::vector<std::unique_ptr<Exchange>> exchanges = thread_exchanges(ranks, 60);
  std::vector<std::thread> threads;
  for (const std::unique_ptr<Exchange>& exchange : exchanges) threads.emplace_back([&] { work(*exchange); });
  for (std::thread& thread : threads) thread.join();
}

// Numbers of very different sizes: another order of additions gives other bits.
float value(int64_t i, int64_t k) {
  return std::ldexp(std::sin(static_cast<float>(7 * i + 13 * k + 1)), (i + 5 * k) % 19);
}

std::vector<float> values(int64_t n, int64_t k) {
  std::vector<float> all(n);
  for (int64_t i = 0; i < n; ++i) all[i] = value(i, k);
  return all;
}

void expect_same_bits(std::span<const float> a, std::span<const float> b) {
  ASSERT_EQ(a.size(), b.size());
  EXPECT_EQ(std::memcmp(a.data(), b.data(), a.size_bytes()), 0);
}

TEST(Slice, CoversAllOnceInSizesThatDifferByOneAtMost) {
  for (const int64_t n : {0, 1, 2, 7, 64, 1000003}) {
    for (const int64_t ranks : {1, 2, 3, 7, 16}) {
      int64_t at = 0;
      for (int64_t r = 0; r < ranks; ++r) {
        const Range range = slice(n, ranks, r);
        EXPECT_EQ(range.begin, at);
        EXPECT_TRUE(range.size() == n / ranks || range.size() == n / ranks + 1);
        at = range.end;
      }
      EXPECT_EQ(at, n);
    }
  }
}

// Several buckets, rounds of which the last has fewer contributors, and sums one after another.
TEST(OrderedSum, AddsInTheOrderOfRoundsAndRanks) {
  for (const int64_t n : {1, 2, 5, 1000, 2051}) {
    for (const int ranks : {1, 2, 3, 4}) {
      SCOPED_TRACE(::testing::Message() << n << " values, " << ranks << " ranks");
      const int64_t batches = 2 * ranks + (ranks > 1 ? 1 : 0);
      std::vector<float> expected = values(n, 0);
      for (int64_t k = 1; k < batches; ++k) {
        for (int64_t i = 0; i < n; ++i) expected[i] += value(i, k);
      }
      on_ranks(ranks, [&](Exchange& exchange) {
        OrderedSum sum(exchange, n, Precision::kFp32, 256);
        for (int again = 0; again < 2; ++again) {
          std::vector<float> found(n);
          for (int64_t first = 0; first < batches; first += ranks) {
            const std::vector<float> own = values(n, first + exchange.rank());
            const bool streams = again == 1 && first + ranks >= batches;
            sum.begin_round(own, std::min<int64_t>(ranks, batches - first), streams ? found : std::span<float>());
            if (exchange.rank() % 2 == 0 && first + exchange.rank() < batches) sum.release_from(n / 2);
            sum.progress();
            sum.finish_round();
          }
          sum.gather(found);
          expect_same_bits(found, expected);
        }
      });
    }
  }
}

TEST(OrderedSum, OfBf16RoundsWhatIsGivenAndTheSum) {
  const int64_t n = 1027;
  std::vector<float> expected(n);
  for (int64_t k = 0; k < 5; ++k) {
    std::vector<float> given = values(n, k);
    round_to_bf16(given);
    for (int64_t i = 0; i < n; ++i) expected[i] += given[i];
  }
  round_to_bf16(expected);
  for (const int ranks : {1, 2, 3}) {
    SCOPED_TRACE(ranks);
    on_ranks(ranks, [&](Exchange& exchange) {
      OrderedSum sum(exchange, n, Precision::kBf16, 100);
      for (int64_t first = 0; first < 5; first += ranks) {
        sum.add(values(n, first + exchange.rank()), std::min<int64_t>(ranks, 5 - first));
      }
      std::vector<float> found(n);
      sum.gather(found);
      expect_same_bits(found, expected);
    });
  }
}

// 0 + -0 is 0: the first of all is taken as it is.
TEST(OrderedSum, KeepsTheSignOfZero) {
  on_ranks(2, [](Exchange& exchange) {
    std::vector<float> zeros(5, -0.0f);
    exchange.sum(zeros);
    for (const float zero : zeros) EXPECT_TRUE(std::signbit(zero));
  });
}

}  // namespace
}  // namespace fer::distributed
