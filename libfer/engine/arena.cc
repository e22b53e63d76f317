#include "engine/arena.h"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <string>
#include <utility>

#include "core/assert.h"
#include "fer/error.h"

namespace fer::engine {

BufferId ArenaLayout::add(int64_t floats) {
  buffers_.push_back({.floats = (floats + 15) / 16 * 16});
  return static_cast<BufferId>(buffers_.size()) - 1;
}

void ArenaLayout::use(BufferId buffer, int time) {
  if (buffer == kNoBuffer) return;
  Buffer& b = buffers_[static_cast<size_t>(buffer)];
  b.life.first = std::min(b.life.first, time);
  b.life.last = std::max(b.life.last, time);
}

void ArenaLayout::leave(BufferId buffer, int first, int last) {
  Buffer& b = buffers_[static_cast<size_t>(buffer)];
  FER_ASSERT(b.gap.last < 0);
  if (first <= last) b.gap = {first, last};
}

bool ArenaLayout::live_together(const Buffer& a, const Buffer& b) {
  // The times of a buffer before and after its gap, or all of them.
  const auto parts = [](const Buffer& buffer) {
    const auto [life, gap] = std::pair(buffer.life, buffer.gap);
    if (gap.last < 0) return std::array<Times, 2>{life, Times{}};
    return std::array<Times, 2>{Times{life.first, std::min(life.last, gap.first - 1)},
                                Times{std::max(life.first, gap.last + 1), life.last}};
  };
  for (const Times& one : parts(a)) {
    for (const Times& other : parts(b)) {
      if (std::max(one.first, other.first) <= std::min(one.last, other.last)) return true;
    }
  }
  return false;
}

void ArenaLayout::place() {
  std::vector<size_t> order(buffers_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return buffers_[a].floats > buffers_[b].floats; });
  std::vector<const Buffer*> placed;
  total_floats_ = 0;
  for (const size_t i : order) {
    Buffer& buffer = buffers_[i];
    if (buffer.life.last < 0) continue;
    // `placed` is kept in order of offset, so the first gap that is long enough is the lowest.
    int64_t offset = 0;
    for (const Buffer* other : placed) {
      if (!live_together(*other, buffer)) continue;
      if (offset + buffer.floats <= other->offset) break;
      offset = std::max(offset, other->offset + other->floats);
    }
    buffer.offset = offset;
    total_floats_ = std::max(total_floats_, offset + buffer.floats);
    placed.insert(std::upper_bound(placed.begin(), placed.end(), &buffer,
                                   [](const Buffer* a, const Buffer* b) { return a->offset < b->offset; }),
                  &buffer);
  }
}

ArenaMemory::ArenaMemory(int64_t floats) {
  constexpr size_t kHugePage = size_t{2} << 20;
  bytes_ = (static_cast<size_t>(std::max<int64_t>(floats, 1)) * sizeof(float) + 4095) / 4096 * 4096;
  // Alignment to a huge page costs address space only: the ends are given back.
  const size_t reserved = bytes_ + kHugePage;
  void* memory = mmap(nullptr, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw Error("not enough memory for " + std::to_string(bytes_ >> 20) + " MiB of buffers");
  char* begin = static_cast<char*>(memory);
  char* aligned = begin + (kHugePage - reinterpret_cast<uintptr_t>(begin) % kHugePage) % kHugePage;
  if (aligned > begin) munmap(begin, static_cast<size_t>(aligned - begin));
  if (begin + reserved > aligned + bytes_)
    munmap(aligned + bytes_, static_cast<size_t>(begin + reserved - (aligned + bytes_)));
  madvise(aligned, bytes_, MADV_HUGEPAGE);
  data_ = reinterpret_cast<float*>(aligned);
}

ArenaMemory::~ArenaMemory() { munmap(data_, bytes_); }

}  // namespace fer::engine
