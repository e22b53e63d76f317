#include "fer/duplicates.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "core/parallel.h"
#include "data/checksum.h"
#include "fer/error.h"
#include "fer/image.h"

namespace fer {
namespace {

constexpr int64_t kCells = 16, kHashRows = 8, kHashColumns = 9;
constexpr int64_t kRowsAtOnce = 256;

// What two pictures are compared by.
struct Look {
  uint64_t pixels = 0;  // checksum
  uint64_t hash = 0;    // difference hash
  bool blank = false;
  std::array<int8_t, kCells* kCells> cells = {};  // mean 0, scaled to a length of kLength
};
// Products of two such vectors' cells stay below 2^15 per cell, their sum exact in 32 bits.
constexpr double kLength = 1000;

uint64_t difference_hash(const Image& grey) {
  const Image small = resized(grey, kHashRows, kHashColumns);
  uint64_t hash = 0;
  for (int64_t y = 0; y < kHashRows; ++y) {
    for (int64_t x = 0; x + 1 < kHashColumns; ++x) {
      const size_t at = static_cast<size_t>(y * kHashColumns + x);
      hash = hash << 1 | (small.pixels[at] > small.pixels[at + 1] ? 1u : 0u);
    }
  }
  return hash;
}

void fill_cells(const Image& grey, Look& look) {
  const Image small = resized(grey, kCells, kCells);
  const double n = static_cast<double>(small.pixels.size());
  const double mean = std::accumulate(small.pixels.begin(), small.pixels.end(), 0.0) / n;
  double squares = 0;
  for (const uint8_t p : small.pixels) squares += (p - mean) * (p - mean);
  const double scale = squares > 0 ? kLength / std::sqrt(squares) : 0;
  for (size_t i = 0; i < small.pixels.size(); ++i) {
    look.cells[i] = static_cast<int8_t>(std::clamp(std::round((small.pixels[i] - mean) * scale), -127.0, 127.0));
  }
}

Look look_at(const Image& image) {
  Look look;
  look.pixels = data::checksum_of(image.pixels);
  look.blank = std::all_of(image.pixels.begin(), image.pixels.end(), [&](uint8_t p) { return p == image.pixels[0]; });
  const Image grey = with_channels(image, 1);
  look.hash = difference_hash(grey);
  fill_cells(grey, look);
  return look;
}

std::vector<Look> look_at_all(const Dataset& data) {
  if (data.has_values()) throw Error("duplicates: expected pictures, found landmarks");
  std::vector<Look> looks(static_cast<size_t>(data.size()));
  parallel_ranges(data.size(), 64, [&](int64_t begin, int64_t end) {
    Image image = {data.height, data.width, data.channels,
                   std::vector<uint8_t>(static_cast<size_t>(data.picture_bytes()))};
    for (int64_t i = begin; i < end; ++i) {
      copy_picture(data, i, image.pixels);
      looks[i] = look_at(image);
    }
  });
  return looks;
}

// |cells| differs from kLength by rounding and cutting only.
double correlation(const Look& a, const Look& b) {
  int32_t product = 0, square_a = 0, square_b = 0;
  for (size_t i = 0; i < a.cells.size(); ++i) {
    product += a.cells[i] * b.cells[i];
    square_a += a.cells[i] * a.cells[i];
    square_b += b.cells[i] * b.cells[i];
  }
  return square_a > 0 && square_b > 0 ? product / std::sqrt(static_cast<double>(square_a) * square_b) : 0;
}

using Pair = std::pair<int64_t, int64_t>;

std::vector<Pair> near_pairs(const std::vector<Look>& looks, const NearDuplicateRule& rule) {
  const auto n = static_cast<int64_t>(looks.size());
  std::vector<uint64_t> hashes;
  hashes.reserve(looks.size());
  for (const Look& look : looks) hashes.push_back(look.hash);
  const int64_t chunks = (n + kRowsAtOnce - 1) / kRowsAtOnce;
  std::vector<std::vector<Pair>> found(static_cast<size_t>(chunks));
  parallel_for(chunks, [&](int64_t chunk) {
    for (int64_t i = chunk * kRowsAtOnce; i < std::min(n, (chunk + 1) * kRowsAtOnce); ++i) {
      if (looks[i].blank) continue;
      for (int64_t j = i + 1; j < n; ++j) {
        if (std::popcount(hashes[i] ^ hashes[j]) > rule.hash_bits || looks[j].blank) continue;
        if (correlation(looks[i], looks[j]) >= rule.correlation) found[chunk].push_back({i, j});
      }
    }
  });
  std::vector<Pair> pairs;
  for (const auto& part : found) pairs.insert(pairs.end(), part.begin(), part.end());
  return pairs;
}

// Rows that pairs join, directly or through others.
RowGroups groups_of(int64_t n, const std::vector<Pair>& pairs) {
  std::vector<int64_t> parent(static_cast<size_t>(n));
  std::iota(parent.begin(), parent.end(), 0);
  const auto root = [&](int64_t i) {
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
  };
  for (const auto& [a, b] : pairs) {
    const int64_t first = root(a), second = root(b);
    parent[std::max(first, second)] = std::min(first, second);
  }
  RowGroups members(static_cast<size_t>(n)), groups;
  for (int64_t i = 0; i < n; ++i) members[root(i)].push_back(i);
  for (auto& group : members) {
    if (group.size() > 1) groups.push_back(std::move(group));
  }
  return groups;
}

bool same_pixels(const Dataset& data, int64_t a, int64_t b) {
  const auto size = static_cast<size_t>(data.picture_bytes());
  std::vector<uint8_t> first(size), second(size);
  copy_picture(data, a, first);
  copy_picture(data, b, second);
  return first == second;
}

// Each later row with the first one that has its pixels.
std::vector<Pair> same_pairs(const Dataset& data, const std::vector<Look>& looks) {
  std::unordered_multimap<uint64_t, int64_t> seen;
  std::vector<Pair> pairs;
  for (int64_t i = 0; i < data.size(); ++i) {
    const auto [begin, end] = seen.equal_range(looks[i].pixels);
    const auto same = std::find_if(begin, end, [&](const auto& entry) { return same_pixels(data, entry.second, i); });
    if (same == end) {
      seen.emplace(looks[i].pixels, i);
    } else {
      pairs.push_back({same->second, i});
    }
  }
  return pairs;
}

}  // namespace

Duplicates find_duplicates(const Dataset& data, const NearDuplicateRule& rule) {
  const std::vector<Look> looks = look_at_all(data);
  Duplicates found;
  found.exact = groups_of(data.size(), same_pairs(data, looks));
  found.near = groups_of(data.size(), near_pairs(looks, rule));
  for (int64_t i = 0; i < data.size(); ++i) {
    if (looks[i].blank) found.blank.push_back(i);
  }
  return found;
}

}  // namespace fer
