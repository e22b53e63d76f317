#include "tests/support/failing_allocator.h"

#include <atomic>
#include <cerrno>
#include <cstddef>

namespace fer {
namespace {

std::atomic<bool> counting = false;
std::atomic<int64_t> allocations = 0;
std::atomic<int64_t> alive = 0;
std::atomic<int64_t> first_to_fail = INT64_MAX, number_to_fail = 0;

// False: this one fails.
bool count() noexcept {
  if (!counting.load(std::memory_order_relaxed)) return true;
  const int64_t n = allocations.fetch_add(1, std::memory_order_relaxed);
  return n < first_to_fail || n - first_to_fail >= number_to_fail;
}

}  // namespace

CountedAllocations::CountedAllocations(int64_t first, int64_t number) {
  first_to_fail = first;
  number_to_fail = number;
  allocations = 0;
  counting = true;
}

CountedAllocations::~CountedAllocations() {
  counting = false;
  number_to_fail = 0;
}

int64_t counted_allocations() { return allocations; }
int64_t living_allocations() { return alive; }

}  // namespace fer

#ifdef FER_TEST_SANITIZED
// The sanitizers have an allocator of their own, with a hook.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*malloc_hook)(const volatile void*, size_t),
                                                         void (*free_hook)(const volatile void*));
namespace {
const int installed = __sanitizer_install_malloc_and_free_hooks([](const volatile void*, size_t) { fer::count(); },
                                                                [](const volatile void*) {});
}
#else
// These take the place of the C library's for the whole process, operator new included.
namespace {

[[gnu::noinline]] void* no_memory() noexcept {
  errno = ENOMEM;
  return nullptr;
}

void* born(void* memory) noexcept {
  if (memory != nullptr) fer::alive.fetch_add(1, std::memory_order_relaxed);
  return memory;
}

}  // namespace

extern "C" {
void __libc_free(void*);
void free(void* memory) {
  if (memory != nullptr) fer::alive.fetch_sub(1, std::memory_order_relaxed);
  __libc_free(memory);
}
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);

void* malloc(size_t size) { return fer::count() ? born(__libc_malloc(size)) : no_memory(); }
void* calloc(size_t n, size_t size) { return fer::count() ? born(__libc_calloc(n, size)) : no_memory(); }
void* realloc(void* old, size_t size) {
  if (!fer::count()) return no_memory();
  return old == nullptr ? born(__libc_realloc(old, size)) : __libc_realloc(old, size);
}
void* aligned_alloc(size_t alignment, size_t size) {
  return fer::count() ? born(__libc_memalign(alignment, size)) : no_memory();
}
int posix_memalign(void** out, size_t alignment, size_t size) {
  if (!fer::count()) return ENOMEM;
  *out = born(__libc_memalign(alignment, size));
  return *out == nullptr ? ENOMEM : 0;
}
}
#endif
