// One block of memory for all buffers of a plan. Buffers whose lifetimes do not meet share addresses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fer::engine {

using BufferId = int;
inline constexpr BufferId kNoBuffer = -1;
// Not in the arena: the pictures of a call, which lie in the caller's memory.
inline constexpr BufferId kPictures = -2;

class ArenaLayout {
 public:
  BufferId add(int64_t floats);
  // The buffer holds a value at `time`; its lifetime is the span of all its times.
  void use(BufferId buffer, int time);
  // Except from `first` to `last`, when others may have its memory. Once a buffer.
  void leave(BufferId buffer, int first, int last);
  // Places every buffer: largest first, each at the lowest address free during its lifetime (the greedy-by-size
  // strategy of Pisarchyk and Lee 2020). Offsets are multiples of 64 bytes.
  void place();

  int64_t offset(BufferId buffer) const { return buffers_[static_cast<size_t>(buffer)].offset; }
  int64_t total_floats() const { return total_floats_; }

 private:
  struct Times {
    int first = 1 << 30, last = -1;
  };
  struct Buffer {
    int64_t floats = 0;
    Times life = {}, gap = {};
    int64_t offset = 0;
  };
  static bool live_together(const Buffer& a, const Buffer& b);
  std::vector<Buffer> buffers_;
  int64_t total_floats_ = 0;
};

// Memory on huge pages where the system gives them; released with the object. Throws Error when there is not enough.
class ArenaMemory {
 public:
  explicit ArenaMemory(int64_t floats);
  ~ArenaMemory();
  ArenaMemory(const ArenaMemory&) = delete;
  ArenaMemory& operator=(const ArenaMemory&) = delete;

  float* data() const { return data_; }
  size_t bytes() const { return bytes_; }

 private:
  float* data_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace fer::engine
