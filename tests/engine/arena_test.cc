#include "engine/arena.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

#include "tests/kernels/draw.h"

namespace fer::engine {
namespace {

struct Life {
  int64_t floats;
  int first, last;
  int gap_first = 0, gap_last = -1;

  bool lives(int time) const { return first <= time && time <= last && !(gap_first <= time && time <= gap_last); }
};

bool meet(const Life& a, const Life& b) {
  for (int time = a.first; time <= a.last; ++time) {
    if (a.lives(time) && b.lives(time)) return true;
  }
  return false;
}

// Lays the buffers out and expects no two to share an address while both live; returns the total.
int64_t check_layout(const std::vector<Life>& lives) {
  ArenaLayout layout;
  for (const Life& life : lives) {
    const BufferId id = layout.add(life.floats);
    layout.use(id, life.last);
    layout.use(id, life.first);
    layout.leave(id, life.gap_first, life.gap_last);
  }
  layout.place();
  for (size_t i = 0; i < lives.size(); ++i) {
    const int64_t begin = layout.offset(static_cast<BufferId>(i)), end = begin + lives[i].floats;
    EXPECT_EQ(begin % 16, 0) << "a cache line is 16 floats";
    EXPECT_GE(begin, 0);
    EXPECT_LE(end, layout.total_floats());
    for (size_t j = 0; j < i; ++j) {
      const int64_t other = layout.offset(static_cast<BufferId>(j));
      EXPECT_FALSE(meet(lives[i], lives[j]) && begin < other + lives[j].floats && other < end)
          << "buffers " << j << " and " << i << " overlap; " << testing::seed_note();
    }
  }
  return layout.total_floats();
}

TEST(Arena, BuffersAliveTogetherDoNotOverlap) {
  testing::Draw draw(1400);
  for (int round = 0; round < 100; ++round) {
    std::vector<Life> lives;
    for (int64_t i = draw.integer(1, 40); i > 0; --i) {
      const int first = static_cast<int>(draw.integer(0, 30));
      lives.push_back({draw.integer(1, 200), first, first + static_cast<int>(draw.integer(0, 10))});
      if (draw.integer(0, 2) == 0) {
        lives.back().gap_first = first + static_cast<int>(draw.integer(1, 4));
        lives.back().gap_last = lives.back().gap_first + static_cast<int>(draw.integer(-1, 8));
      }
    }
    check_layout(lives);
  }
}

TEST(Arena, BuffersThatFollowEachOtherShareTheirPlace) {
  EXPECT_EQ(check_layout({{160, 0, 1}, {320, 2, 3}, {160, 4, 9}}), 320);
  EXPECT_EQ(check_layout({{160, 0, 1}, {160, 1, 2}, {160, 2, 3}}), 320) << "neighbours in a chain live together";
}

TEST(Arena, AGapLendsThePlace) {
  EXPECT_EQ(check_layout({{320, 0, 9, 2, 7}, {160, 2, 7}, {160, 3, 5}}), 320);
  EXPECT_EQ(check_layout({{320, 0, 9, 2, 7}, {160, 2, 8}}), 480) << "longer than the gap";
  EXPECT_EQ(check_layout({{320, 0, 9, 2, 7}, {320, 2, 9, 4, 6}}), 640) << "the second is back with the first";
}

TEST(Arena, ALaterUseKeepsABufferAlive) {
  ArenaLayout layout;
  const BufferId kept = layout.add(16), between = layout.add(16);
  layout.use(kept, 0);
  layout.use(between, 5);
  layout.use(kept, 9);
  layout.use(kNoBuffer, 3);
  layout.place();
  EXPECT_NE(layout.offset(kept), layout.offset(between));
}

TEST(Arena, BuffersNobodyUsesTakeNoRoom) {
  ArenaLayout layout;
  layout.add(1 << 20);
  const BufferId used = layout.add(3);
  layout.use(used, 0);
  layout.place();
  EXPECT_EQ(layout.total_floats(), 16);
}

TEST(Arena, MemoryIsAlignedAndBeginsAsZeros) {
  for (const int64_t floats : {int64_t{0}, int64_t{1}, int64_t{5000}, int64_t{1} << 20}) {
    const ArenaMemory memory(floats);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(memory.data()) % 64, 0u);
    EXPECT_GE(memory.bytes(), static_cast<size_t>(floats) * sizeof(float));
    EXPECT_TRUE(std::all_of(memory.data(), memory.data() + floats, [](float v) { return v == 0; }));
    std::fill_n(memory.data(), memory.bytes() / sizeof(float), 1.0f);
  }
}

}  // namespace
}  // namespace fer::engine
