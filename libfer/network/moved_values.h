// Layers that compute nothing.
#pragma once

#include <variant>

#include "fer/network.h"

namespace fer {

// True of layers that only move numbers about, zeros beside them and means of neighbours among them.
inline bool moves_values(const LayerKind& kind) {
  return std::holds_alternative<Resize>(kind) || std::holds_alternative<ZeroPad2D>(kind) ||
         std::holds_alternative<Concat>(kind) || std::holds_alternative<Flatten>(kind) ||
         std::holds_alternative<Reshape>(kind);
}

}  // namespace fer
