// Parts of a data set that are drawn at random with every class in each of them: held-out parts, and folds for
// cross-validation.
//
//   const auto parts = fer::stratified_parts(data, rows, {0.1, 0.1}, 42);  // test, validation, training
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fer/dataset.h"
#include "fer/export.h"

namespace FER_PUBLIC fer {

// Divides `rows` at random: one part for each share (0 to 1, with a sum of at most 1), and last the rest. A part of
// share s has round(s * rows.size()) rows, and of a class with n rows s * n of them, at most two more or fewer. Rows
// are in their order in every part. The same seed gives the same parts on any machine. Data without labels count as of
// one class. Throws Error on other shares.
std::vector<std::vector<int64_t>> stratified_parts(const Dataset& data, std::span<const int64_t> rows,
                                                   const std::vector<double>& shares, uint64_t seed);

// Divides `rows` at random into so many parts, whose sizes differ by at most one, as the numbers of each class in them
// do. Throws Error for less than 2 folds or more than there are rows.
std::vector<std::vector<int64_t>> stratified_folds(const Dataset& data, std::span<const int64_t> rows, int64_t folds,
                                                   uint64_t seed);

}  // namespace fer
