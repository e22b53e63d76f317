// Pictures that a data set holds twice, and pictures that show nothing.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fer/dataset.h"
#include "fer/export.h"

namespace FER_PUBLIC fer {

// When two pictures count as nearly the same. Both are averaged down to 16x16 grey cells and to 8 rows of 9. The 64-bit
// difference hashes of the latter (is a cell brighter than the one to its right?) may differ in at most `hash_bits`,
// and the correlation coefficient of the 256 cells must be at least `correlation`. Brightness and contrast make no
// difference, and small changes make little.
struct NearDuplicateRule {
  int hash_bits = 12;
  double correlation = 0.97;
};

// Groups of two or more rows. Rows within a group are in ascending order, and groups are ordered by their first row.
using RowGroups = std::vector<std::vector<int64_t>>;

struct Duplicates {
  RowGroups exact;             // the same pixels
  RowGroups near;              // each the same or nearly the same as another of its group; no blank pictures
  std::vector<int64_t> blank;  // rows whose pixels are all the same
};

// Every pair of pictures is looked at, with up to num_threads() threads. Throws Error where the data are no pictures.
Duplicates find_duplicates(const Dataset& data, const NearDuplicateRule& rule = {});

// By which pictures (or landmarks) are told apart: a checksum of each row's bytes, the same for the same pixels. Uses
// up to num_threads() threads.
std::vector<uint64_t> picture_checksums(const Dataset& data, std::span<const int64_t> rows);

// Returns those of `rows`, in their order, whose pixels a row of `among` has too: what a model that was trained on
// `among` has seen already. Throws Error where the data are no pictures.
std::vector<int64_t> rows_with_twins(const Dataset& data, std::span<const int64_t> rows,
                                     std::span<const int64_t> among);

}  // namespace fer
