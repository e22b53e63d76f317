// The smallest model to ask about faces.
#pragma once

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "fer/classifier.h"
#include "fer/network.h"
#include "fer/weights.h"

namespace fer::live {

// Says happy or sad of grey pictures of side x side, by its first weights.
inline Classifier two_classes(int64_t side) {
  Model model;
  model.network = network_from_json(
      fmt::format(R"({{"name": "two", "input": [{}, {}, 1], "class_names": ["happy", "sad"], "layers": [
        {{"name": "flat", "type": "flatten"}},
        {{"name": "out", "type": "dense", "units": 2, "activation": "softmax"}}]}})",
                  side, side),
      "two");
  model.weights = initialize(model.network, 1);
  std::vector<Model> models;
  models.push_back(std::move(model));
  return Classifier(std::move(models));
}

}  // namespace fer::live
