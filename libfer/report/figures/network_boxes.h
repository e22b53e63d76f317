// Where the boxes of a network's figure stand.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fer/network.h"

namespace fer::report {

// A layer and what follows it in place.
struct NetworkBox {
  std::vector<int> layers;
  std::vector<int> inputs;  // boxes; -1: the network's input
  std::string text;         // "conv 3x3, 64 · norm · relu"
  int row = 0, lane = 0;    // row 0 is the input's; lanes side by side from 0
  int column = 0;           // of the page: rows that fill it go on in the next
};

struct NetworkPage {
  std::vector<NetworkBox> boxes;
  int columns = 1;
  std::vector<int> first_rows;  // of each column
  std::vector<int> lanes;       // of each column
  int rows = 1;                 // of the longest column
};

// A long network goes on in another column where one arrow alone leads on.
NetworkPage network_page(const Network& network);

// What a layer does, in a few words.
std::string layer_words(const LayerKind& kind);

}  // namespace fer::report
