// The layers of a network as a table.
#pragma once

#include <string>

#include "fer/export.h"
#include "fer/network.h"

namespace FER_PUBLIC fer {

// The table of summary (fer/network.h) with one column more: the multiply-adds of each layer for one picture, forward.
// Throws Error as infer does.
std::string layer_table(const Network& network);

}  // namespace fer
