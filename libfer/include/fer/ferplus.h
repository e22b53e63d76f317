// FER+: ten people's votes for each picture of fer2013 (Barsoum et al. 2016, arXiv:1608.01041; the file is
// fer2013new.csv of microsoft/FERPlus).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fer/dataset.h"
#include "fer/export.h"

namespace FER_PUBLIC fer {

// In the order of the file's columns: neutral, happy, surprise, sad, angry, disgust, fear, contempt.
const std::vector<std::string>& ferplus_class_names();

// Votes for the eight emotions, then unknown, then NF (not a face).
using Votes = std::array<uint8_t, 10>;

struct FerPlus {
  std::vector<Votes> votes;  // one per row of fer2013.csv, in its order
  std::vector<Usage> usage;
};

// Reads the columns Usage, neutral, happiness, surprise, sadness, anger, disgust, fear, contempt, unknown and NF in any
// order; others are skipped. Votes are whole numbers of 0 to 100. Throws Error with file, line and column; also where a
// column Image name shows that the rows were put in another order.
FerPlus read_ferplus(const std::string& path);
// The same from bytes; `name` stands for the path in messages.
FerPlus parse_ferplus(std::string_view text, const std::string& name);

// The label by the FERPlus project's majority rule: counts of at most one become 0, and whatever then holds more than
// half of the votes left is the label, unless it is unknown or NF. Returns kNoLabel where there is none.
uint8_t majority_label(const Votes& votes);
// The votes as a distribution: counts of at most one become 0; the eight emotions' share of the votes left, scaled to
// sum to 1. Returns false, and zeros, where unknown and NF together hold half of the votes or more, or none is left.
bool vote_distribution(const Votes& votes, std::array<float, 8>& out);

// Gives the pictures of fer2013 these labels: majority_label, or, with soft_targets, the first largest of the votes'
// distribution, and [pictures, 8] distributions in *soft_targets. Pictures without a label get kNoLabel; returns how
// many did. Throws Error naming `ferplus_path` unless both have the same number of rows, and the same Usage in each row
// (where the data has any).
int64_t apply_ferplus(Dataset& data, const FerPlus& ferplus, const std::string& ferplus_path,
                      std::vector<float>* soft_targets = nullptr);

}  // namespace fer
