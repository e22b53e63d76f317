// The layer that gives a network its outputs.
#pragma once

#include "fer/network.h"

namespace fer {

// The index of the dense layer or convolution that gives the classes; of another layer, or -1, where there is none.
int head_of(const Network& network);

}  // namespace fer
