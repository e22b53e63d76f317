// Counts every allocation of the process, to hold predict_into to its promise of making none.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>

#include "core/parallel.h"
#include "fer.h"
#include "fer/predictor.h"
#include "fer/threads.h"
#include "predict/workspaces.h"
#include "tests/predict/small_model.h"
#include "tests/support/failing_allocator.h"

namespace fer {
namespace {

TEST(Allocation, IsCounted) {
  EXPECT_EQ(allocations_in([] { ::operator delete(::operator new(100)); }), 1);
  EXPECT_GE(allocations_in([] { Tensor({100, 100}); }), 1);
  const Model model = small_model();
  EXPECT_GE(allocations_in([&] { Predictor{model}; }), 10);
}

// Returns when that many threads are at work together: under a sanitizer, a thread allocates as it begins.
void wait_for_threads(int threads) {
  std::atomic<int> arrived = 0;
  parallel_for(threads, [&](int64_t) {
    ++arrived;
    while (arrived < threads) std::this_thread::yield();
  });
}

TEST(Predictor, AllocatesNothingAfterTheFirstCallOfABatchSize) {
  const Predictor predictor(small_model());
  const std::vector<uint8_t> pictures = small_pictures(100);
  std::vector<float> p(100 * 3);
  for (int threads : {1, 2}) {
    set_num_threads(threads);
    wait_for_threads(threads);
    for (size_t n : {1, 2, 3, 17, 64, 65, 100}) {
      const auto ask = [&] { predictor.predict_into(std::span(pictures).first(n * 40), std::span(p).first(n * 3)); };
      ask();
      EXPECT_EQ(allocations_in([&] {
                  for (int i = 0; i < 5; ++i) ask();
                }),
                0)
          << n << " pictures, " << threads << " threads";
    }
  }
}

TEST(Workspaces, AreKeptForAsManyCallsAsOnceRanTogether) {
  const Model model = small_model();
  const evaluation::ViewedModel prepared(model);
  predict::Workspaces workspaces(prepared);
  const auto three_at_once = [&](int64_t batch) {
    const predict::Workspaces::Lease a(workspaces, batch), b(workspaces, batch), c(workspaces, batch);
    return a.operator->() != b.operator->() && a.operator->() != c.operator->() && b.operator->() != c.operator->();
  };
  EXPECT_TRUE(three_at_once(8));
  EXPECT_EQ(allocations_in([&] {
              for (int64_t batch : {8, 5, 7}) EXPECT_TRUE(three_at_once(batch));
            }),
            0);
  EXPECT_GT(allocations_in([&] { three_at_once(9); }), 0);
}

// Issue 12: 64 threads with mixed batches kept 1.65 GiB of workspaces for a model of half a MiB.
TEST(Workspaces, KeepNoMoreThanTheBoundWhenIdle) {
  const Model model = small_model();
  const evaluation::ViewedModel prepared(model);
  const size_t one = predict::Workspaces::Slot(prepared, 64).bytes();
  predict::Workspaces workspaces(prepared, 2 * one);
  {
    const predict::Workspaces::Lease a(workspaces, 64), b(workspaces, 64), c(workspaces, 64), d(workspaces, 1);
    EXPECT_EQ(workspaces.idle_bytes(), 0u);
  }
  EXPECT_LE(workspaces.idle_bytes(), 2 * one);
  EXPECT_GE(workspaces.idle_bytes(), one);
  for (const int64_t batch : {1, 2, 4, 8, 16, 32, 64, 3, 1}) {
    { const predict::Workspaces::Lease lease(workspaces, batch); }
    EXPECT_LE(workspaces.idle_bytes(), 2 * one);
    // The one used last is there.
    EXPECT_EQ(allocations_in([&] { const predict::Workspaces::Lease lease(workspaces, batch); }), 0);
  }
  predict::Workspaces none(prepared, 0);
  { const predict::Workspaces::Lease a(none, 64), b(none, 64); }
  EXPECT_EQ(none.idle_bytes(), one);
}

#ifndef FER_TEST_SANITIZED
// The C interface where memory ends: issue 12.

class OutOfMemory : public testing::TestWithParam<int64_t> {
 protected:
  void SetUp() override {
    path_ = std::filesystem::temp_directory_path() / ("fer_memory_" + std::to_string(::getpid()) + ".safetensors");
    Model model = small_model();
    model.classes = {{"a", {"x", "y"}}, {"b", {"z"}}, {"c", {"u"}}};
    save_model(model, path_);
    set_num_threads(1);
    pictures_ = small_pictures(3);
    probabilities_.resize(9);
  }
  void TearDown() override { std::filesystem::remove(path_); }

  fer_model* load() const { return fer_load(path_.c_str()); }
  int predict(const fer_model* model) { return fer_predict(model, pictures_.data(), 3, probabilities_.data()); }

  std::string path_;
  std::vector<uint8_t> pictures_;
  std::vector<float> probabilities_;
};

INSTANTIATE_TEST_SUITE_P(Failures, OutOfMemory, ::testing::Values(1, INT64_MAX / 2),
                         [](const auto& parameter) { return parameter.param == 1 ? "One" : "AllFromThere"; });

TEST_P(OutOfMemory, LoadingSaysSoAndLeavesNothing) {
  fer_free(load());  // what is made once in a process
  int64_t refused = 0;
  for (int64_t n = 0;; ++n) {
    const int64_t before = living_allocations();
    fer_model* model = failing(n, GetParam(), [&] { return load(); });
    const bool all_succeeded = counted_allocations() <= n;
    if (model == nullptr) {
      ++refused;
      ASSERT_NE(std::string(fer_last_error()).find("memory"), std::string::npos) << n << ": " << fer_last_error();
      ASSERT_EQ(living_allocations(), before) << "allocations left after a failure of number " << n;
    }
    fer_free(model);
    if (all_succeeded) break;
    ASSERT_LT(n, 100000);
  }
  EXPECT_GE(refused, 100);
}

TEST_P(OutOfMemory, PredictingSaysSoAndTheModelGoesOn) {
  fer_model* expected_from = load();
  ASSERT_EQ(predict(expected_from), 0);
  const std::vector<float> expected = probabilities_;
  fer_free(expected_from);
  int64_t refused = 0;
  for (int64_t n = 0;; ++n) {
    fer_model* model = load();
    ASSERT_NE(model, nullptr);
    const int status = failing(n, GetParam(), [&] { return predict(model); });
    const bool all_succeeded = counted_allocations() <= n;
    if (status != 0) {
      ++refused;
      ASSERT_NE(std::string(fer_last_error()).find("memory"), std::string::npos) << n << ": " << fer_last_error();
    }
    ASSERT_EQ(predict(model), 0);
    EXPECT_EQ(probabilities_, expected);
    fer_free(model);
    if (all_succeeded) break;
  }
  EXPECT_GE(refused, 3);
}
#endif

}  // namespace
}  // namespace fer
