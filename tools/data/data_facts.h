// What fer-data says about a data set.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fer/dataset.h"
#include "fer/duplicates.h"

namespace fer::cli {

// Groups of pictures that are the same, or nearly.
struct GroupFigures {
  int64_t groups = 0, pictures = 0;
  int64_t across_splits = 0;  // groups with pictures in more than one split
  int64_t leaked = 0;         // pictures of PublicTest and PrivateTest that are in a group with one of Training
  int64_t conflicting = 0;    // groups whose pictures have different labels
};

struct DataFacts {
  std::string path;
  int64_t pictures = 0, left_out = 0;  // left out: of dropped classes
  int64_t height = 0, width = 0, channels = 0;
  std::vector<std::string> class_names;
  std::vector<std::string> splits;           // those with pictures
  std::vector<std::vector<int64_t>> counts;  // [split][class]; one class without a name where there are no labels
  int64_t blank = 0;
  bool searched = false;  // for duplicates
  GroupFigures exact, near;

  int64_t count_of_split(size_t split) const;
  int64_t count_of_class(size_t label) const;
};

// Facts of each of several sources (fer/sources.h), without a search for duplicates; none where there is one source.
std::vector<DataFacts> facts_of_sources(const Dataset& data);

// `found` null: not searched.
DataFacts data_facts(const Dataset& data, const std::string& path, const Duplicates* found);

std::string facts_text(const DataFacts& facts);
// `sources`: those of each source, where there are several.
std::string facts_json(const DataFacts& facts, const std::vector<DataFacts>& sources = {});

// CSV with group,kind,row,usage,class,file: one line per picture of every group.
std::string groups_csv(const Dataset& data, const Duplicates& found);

}  // namespace fer::cli
