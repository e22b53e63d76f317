// Several data sets as one, with one list of classes.
//
//   std::vector<fer::Dataset> parts = {fer::read_table("a.csv"), fer::read_picture_folder("faces").data};
//   fer::Dataset all = fer::join_sources(std::move(parts), {"a.csv", "faces"}, {48, 48, 1});
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fer/dataset.h"
#include "fer/export.h"
#include "fer/tensor.h"

namespace FER_PUBLIC fer {

// Where rows of joined data came from, in their order.
struct SourceRows {
  std::string name;
  int64_t rows = 0;
};

// The rows of the first part, then those of the second, and so on. Classes are matched by name (canonical_class_name):
// in fer2013's order where all are known names, else in the order in which they come up. Every picture is fitted to
// `picture`, [height, width, channels], when it is asked for; the parts stay as they are, in memory or in their files.
// Throws Error where a part has landmarks, where some have labels and others none, and for more than 254 classes.
Dataset join_sources(std::vector<Dataset> parts, const std::vector<std::string>& names, const Shape& picture);

// The sources of data that join_sources made; else none.
std::vector<SourceRows> sources_of(const Dataset& data);
// Of each row of `rows` the number of its source. All 0 where the data are of one.
std::vector<size_t> sources_of_rows(const Dataset& data, std::span<const int64_t> rows);

}  // namespace fer
