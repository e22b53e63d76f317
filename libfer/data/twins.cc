#include <algorithm>
#include <unordered_map>

#include "core/parallel.h"
#include "data/checksum.h"
#include "fer/duplicates.h"
#include "fer/error.h"

namespace fer {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes picture_of(const Dataset& data, int64_t row) {
  Bytes pixels(static_cast<size_t>(data.picture_bytes()));
  copy_picture(data, row, pixels);
  return pixels;
}

uint64_t checksum_of_row(const Dataset& data, int64_t row) {
  if (data.source) return data.source->checksum(row);
  if (!data.has_values()) return data::checksum_of(data.picture(row));
  const std::span<const float> values = data.example(row);
  return data::checksum_of({reinterpret_cast<const uint8_t*>(values.data()), values.size_bytes()});
}

}  // namespace

std::vector<uint64_t> picture_checksums(const Dataset& data, std::span<const int64_t> rows) {
  std::vector<uint64_t> sums(rows.size());
  parallel_ranges(static_cast<int64_t>(rows.size()), 64, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) sums[i] = checksum_of_row(data, rows[i]);
  });
  return sums;
}

std::vector<int64_t> rows_with_twins(const Dataset& data, std::span<const int64_t> rows,
                                     std::span<const int64_t> among) {
  if (data.has_values()) throw Error("twins: expected pictures, found landmarks");
  const std::vector<uint64_t> known = picture_checksums(data, among), asked = picture_checksums(data, rows);
  std::unordered_multimap<uint64_t, int64_t> row_of;
  for (size_t i = 0; i < among.size(); ++i) row_of.emplace(known[i], among[i]);
  std::vector<int64_t> found;
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto [begin, end] = row_of.equal_range(asked[i]);
    if (begin == end) continue;
    const Bytes pixels = picture_of(data, rows[i]);
    if (std::any_of(begin, end, [&](const auto& entry) { return picture_of(data, entry.second) == pixels; })) {
      found.push_back(rows[i]);
    }
  }
  return found;
}

}  // namespace fer
