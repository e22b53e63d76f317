// Counts every allocation of the process, to hold predict_into to its promise of making none.
#include <gtest/gtest.h>

#include <atomic>

#include "fer/predictor.h"
#include "fer/threads.h"
#include "predict/workspaces.h"
#include "tests/predict/small_model.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define FER_TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define FER_TEST_SANITIZED 1
#endif
#endif

namespace {

std::atomic<bool> counting = false;
std::atomic<int64_t> allocations = 0;

void count() noexcept {
  if (counting.load(std::memory_order_relaxed)) allocations.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

#ifdef FER_TEST_SANITIZED
// The sanitizers have an allocator of their own, with a hook.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*malloc_hook)(const volatile void*, size_t),
                                                         void (*free_hook)(const volatile void*));
namespace {
const int installed = __sanitizer_install_malloc_and_free_hooks([](const volatile void*, size_t) { count(); },
                                                                [](const volatile void*) {});
}
#else
// These take the place of the C library's for the whole process, operator new included.
extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);

void* malloc(size_t size) {
  count();
  return __libc_malloc(size);
}
void* calloc(size_t n, size_t size) {
  count();
  return __libc_calloc(n, size);
}
void* realloc(void* old, size_t size) {
  count();
  return __libc_realloc(old, size);
}
void* aligned_alloc(size_t alignment, size_t size) {
  count();
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** out, size_t alignment, size_t size) {
  count();
  *out = __libc_memalign(alignment, size);
  return *out == nullptr ? 12 : 0;
}
}
#endif

namespace fer {
namespace {

// Allocations made anywhere in the process while f runs.
template <class F>
int64_t allocations_in(const F& f) {
  allocations = 0;
  counting = true;
  f();
  counting = false;
  return allocations;
}

TEST(Allocation, IsCounted) {
  EXPECT_EQ(allocations_in([] { ::operator delete(::operator new(100)); }), 1);
  EXPECT_GE(allocations_in([] { Tensor({100, 100}); }), 1);
  const Model model = small_model();
  EXPECT_GE(allocations_in([&] { Predictor{model}; }), 10);
}

TEST(Predictor, AllocatesNothingAfterTheFirstCallOfABatchSize) {
  const Predictor predictor(small_model());
  const std::vector<uint8_t> pictures = small_pictures(100);
  std::vector<float> p(100 * 3);
  for (int threads : {1, 2}) {
    set_num_threads(threads);
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
  const evaluation::PreparedModel prepared(model.network, model.weights.layout, model.weights.values.values(),
                                           model.preprocessing, {});
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

TEST(Workspaces, HoldTheBatchWithLessThanTwiceTheRoom) {
  const Model model = small_model();
  const evaluation::PreparedModel prepared(model.network, model.weights.layout, model.weights.values.values(),
                                           model.preprocessing, {});
  predict::Workspaces workspaces(prepared);
  for (int64_t batch = 1; batch <= predict::kLargestBatch; ++batch) {
    const predict::Workspaces::Lease lease(workspaces, batch);
    EXPECT_GE(lease->workspace.layers.max_batch(), batch);
    EXPECT_LT(lease->workspace.layers.max_batch(), 2 * batch);
    EXPECT_EQ(lease->workspace.inputs.shape()[0], lease->workspace.layers.max_batch());
  }
}

}  // namespace
}  // namespace fer
