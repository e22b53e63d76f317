// A network's JSON around layers, as the tests of its readers write it.
#pragma once

#include <string>

#include "fer/network.h"
#include "tests/support/message.h"

namespace fer {

inline std::string network_of(const std::string& layers, const std::string& more = "") {
  return R"({"name": "n", "input": [8, 8, 2], )" + more + R"("layers": [)" + layers + "]}";
}

inline Network read(const std::string& layers, const std::string& more = "") {
  return network_from_json(network_of(layers, more), "n.json");
}

inline std::string refusal_of_layers(const std::string& layers, const std::string& more = "") {
  return message_of([&] { read(layers, more); });
}

inline std::string refusal_of_json(const std::string& text) {
  return message_of([&] { network_from_json(text, "n.json"); });
}

}  // namespace fer
