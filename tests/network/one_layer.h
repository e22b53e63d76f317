// A network of one layer.
#pragma once

#include <string>
#include <utility>

#include "fer/network.h"
#include "tests/support/message.h"

namespace fer {

inline Shape output_of(LayerKind kind, Shape input = {9, 7, 5}) {
  Network network(std::move(input));
  network.add(std::move(kind), "it");
  return infer(network)[0].output;
}

inline std::string refusal(LayerKind kind, Shape input = {9, 7, 5}) {
  return message_of([&] { output_of(std::move(kind), std::move(input)); });
}

}  // namespace fer
