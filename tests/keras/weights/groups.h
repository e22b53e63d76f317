// Models whose layers have the same shape, and files with their weights: what goes astray is seen by its value alone.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "fer/keras.h"
#include "keras/model_bytes.h"
#include "tests/keras/tiny.h"
#include "tests/support/message.h"

namespace fer {

using Values = std::map<std::string, float>;
using GroupWeights = std::vector<std::pair<std::string, float>>;   // "conv/kernel:0" and its numbers
using Groups = std::vector<std::pair<std::string, GroupWeights>>;  // of the layers, as the file lists them

inline Json unit_conv(const std::string& name) {
  return keras_layer("Conv2D", name, {{"filters", 2}, {"kernel_size", 1}, {"use_bias", false}});
}

inline Json unit_norm(const std::string& name) {
  return keras_layer("BatchNormalization", name, {{"axis", 3}, {"scale", false}});
}

inline Json model_of(const std::string& name, const std::vector<Json>& layers) {
  return sequential(name, Json(layers));
}

inline Json whole_model(std::vector<Json> layers) {
  layers.insert(layers.begin(), keras_layer("InputLayer", "in", {{"batch_input_shape", {nullptr, 3, 3, 2}}}));
  layers.push_back(keras_layer("GlobalAveragePooling2D", "pool"));
  return model_of("whole", layers);
}

inline std::string grouped_file(const Groups& groups, const Json& config) {
  Hdf5Builder builder;
  if (!config.is_null()) builder.text("/", "model_config", config.dump());
  builder.text("/", "backend", "tensorflow");
  std::vector<std::string> layers;
  for (const auto& [group, weights] : groups) {
    const std::string path = "/model_weights/" + group;
    std::vector<std::string> names;
    builder.group(path);
    for (const auto& [name, value] : weights) {
      const bool kernel = name.find("kernel") != name.npos || name.find("_W") != name.npos;
      builder.floats(path + "/" + name, kernel ? std::vector<hsize_t>{1, 1, 2, 2} : std::vector<hsize_t>{2},
                     std::vector<float>(kernel ? 4 : 2, value));
      names.push_back(name);
    }
    builder.texts(path, "weight_names", names);
    layers.push_back(group);
  }
  builder.texts("/model_weights", "layer_names", layers);
  return builder.content();
}

inline Values first_values(const Model& model) {
  Values values;
  for (const Parameter& parameter : model.weights.layout.parameters) {
    values[parameter.name] = model.weights.of(parameter)[0];
  }
  return values;
}

inline KerasModel read_groups(const Groups& groups, const Json& config) {
  return keras_file::parse_model(grouped_file(groups, config), {}, "m.h5");
}

inline std::string refusal_of_groups(const Groups& groups, const Json& config) {
  return message_of([&] { read_groups(groups, config); });
}

inline Groups plain_groups(const std::vector<std::string>& names) {
  Groups groups;
  for (const std::string& name : names) groups.push_back({name, {{name + "/kernel:0", groups.size() + 1}}});
  return groups;
}

// Keras 3 numbers groups by class: a layer named conv2d_1 need not be the class's second.
inline std::string numbered_file(bool with_names) {
  Hdf5Builder builder;
  const char* const names[] = {"conv2d_1", "conv2d_2"};
  for (const int i : {0, 1}) {
    const std::string vars = std::string("/layers/") + (i == 0 ? "conv2d" : "conv2d_1") + "/vars";
    builder.floats(vars + "/0", {1, 1, 2, 2}, std::vector<float>(4, static_cast<float>(i + 1)));
    if (with_names) builder.text(vars, "name", names[i]);
  }
  return builder.content();
}

}  // namespace fer
