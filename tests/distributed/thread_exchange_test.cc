#include <gtest/gtest.h>

#include <thread>

#include "fer/error.h"
#include "fer/exchange.h"

namespace fer {
namespace {

// What each rank shows to people; work may throw.
template <class Work>
std::vector<std::string> shown_by(int ranks, double timeout_seconds, const Work& work) {
  const std::vector<std::unique_ptr<Exchange>> exchanges = thread_exchanges(ranks, timeout_seconds);
  std::vector<std::string> lines(exchanges.size());
  std::vector<std::thread> threads;
  for (const std::unique_ptr<Exchange>& exchange : exchanges) {
    threads.emplace_back([&] {
      try {
        work(*exchange);
      } catch (const Error& error) {
        lines[exchange->rank()] = exchange->fail(error.what());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return lines;
}

using Lines = std::vector<std::string>;

TEST(Exchange, GathersBroadcastsAndDecidesTogether) {
  for (const int ranks : {1, 2, 3, 5}) {
    SCOPED_TRACE(ranks);
    const Lines shown = shown_by(ranks, 60, [&](Exchange& exchange) {
      const std::string own(static_cast<size_t>(exchange.rank()) * 3, static_cast<char>('a' + exchange.rank()));
      const Lines all = exchange.all_gather(own);
      ASSERT_EQ(all.size(), static_cast<size_t>(ranks));
      for (int r = 0; r < ranks; ++r)
        EXPECT_EQ(all[r], std::string(static_cast<size_t>(r) * 3, static_cast<char>('a' + r)));
      const int root = ranks - 1;
      EXPECT_EQ(exchange.broadcast_text("from " + std::to_string(exchange.rank()), root),
                "from " + std::to_string(root));
      EXPECT_EQ(exchange.broadcast_text(exchange.rank() == 0 ? "" : "x", 0), "");
      std::vector<float> values(1001, static_cast<float>(exchange.rank()));
      exchange.broadcast(values, root);
      EXPECT_EQ(values, std::vector<float>(1001, static_cast<float>(root)));
      EXPECT_TRUE(exchange.any(exchange.rank() == root));
      EXPECT_FALSE(exchange.any(false));
      exchange.barrier();
    });
    EXPECT_EQ(shown, Lines(static_cast<size_t>(ranks)));
  }
}

// Waited for in another order than started, and started in another order on another channel.
TEST(Exchange, TransfersMeetInTheOrderTheyWereStartedInOnEachChannel) {
  const Lines shown = shown_by(2, 60, [](Exchange& exchange) {
    const bool first = exchange.rank() == 0;
    std::vector<char> sent = {'a', 'b', 'c'}, found(3);
    const auto start = [&](int message, int channel) {
      const auto bytes = std::as_bytes(std::span(sent)).subspan(message, 1);
      const std::vector<std::span<const std::byte>> send = {bytes, bytes};
      const auto into = std::as_writable_bytes(std::span(found)).subspan(message, 1);
      std::vector<std::span<std::byte>> receive = {into, into};
      return exchange.start(send, receive, channel);
    };
    std::unique_ptr<Exchange::Transfer> other;
    if (first) other = start(2, 1);
    const auto one = start(0, 0), two = start(1, 0);
    if (!first) other = start(2, 1);
    other->wait();
    two->wait();
    one->wait();
    EXPECT_EQ(found, sent);
  });
  EXPECT_EQ(shown, Lines(2));
}

TEST(Exchange, OneThatFailsEndsAllAndIsNamedOnce) {
  const Lines shown = shown_by(3, 60, [](Exchange& exchange) {
    if (exchange.rank() == 1) throw Error("faces.csv: not there");
    exchange.barrier();
  });
  EXPECT_EQ(shown, (Lines{"", "rank 1 on this process: faces.csv: not there", ""}));
}

TEST(Exchange, WhatAllSayIsSaidOnceWithoutARank) {
  const Lines shown = shown_by(3, 60, [](Exchange&) { throw Error("faces.csv: not there"); });
  EXPECT_EQ(shown, (Lines{"faces.csv: not there", "", ""}));
}

TEST(Exchange, OneThatDoesNotAnswerIsNamedAfterTheTimeout) {
  const Lines shown = shown_by(2, 0.05, [](Exchange& exchange) {
    if (exchange.rank() == 0) exchange.barrier();
  });
  EXPECT_EQ(shown[0].find("rank 0 on this process: no answer from rank 1"), 0u) << shown[0];
  EXPECT_NE(shown[0].find("within 0.05 s"), std::string::npos) << shown[0];
  EXPECT_EQ(shown[1], "");
}

TEST(Exchange, NeedsARank) { EXPECT_THROW(thread_exchanges(0), Error); }

}  // namespace
}  // namespace fer
