// The smallest models that Keras could have written, and what may be wrong with them.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/keras/hdf5_builder.h"

namespace fer {

using Json = nlohmann::json;

// A layer of a Sequential model in Keras 2's form.
inline Json keras_layer(const std::string& class_name, const std::string& name, Json config = Json::object()) {
  config["name"] = name;
  return {{"class_name", class_name}, {"config", std::move(config)}};
}

inline Json sequential(const std::string& name, const Json& layers) {
  return {{"class_name", "Sequential"}, {"config", {{"name", name}, {"layers", layers}}}};
}

inline Json tiny_config() {
  const Json conv = keras_layer(
      "Conv2D", "conv",
      {{"filters", 1}, {"kernel_size", {3, 3}}, {"activation", "relu"}, {"batch_input_shape", {nullptr, 4, 4, 1}}});
  const Json dense = keras_layer("Dense", "fc", {{"units", 2}, {"activation", "softmax"}});
  return {{"class_name", "Sequential"},
          {"config", {{"name", "tiny"}, {"layers", {conv, keras_layer("Flatten", "flat"), dense}}}}};
}

// Its layers, to be changed.
inline Json& layers_of(Json& model) { return model["config"]["layers"]; }

// A graph: input, conv, a batch norm, their sum, flatten, dense.
inline Json tiny_graph() {
  const auto node = [](Json layer, const std::vector<std::string>& inputs) {
    layer["name"] = layer["config"]["name"];
    layer["inbound_nodes"] = Json::array();
    Json refs = Json::array();
    for (const std::string& input : inputs) refs.push_back({input, 0, 0, Json::object()});
    if (!inputs.empty()) layer["inbound_nodes"].push_back(refs);
    return layer;
  };
  Json config = {
      {"name", "graph"},
      {"layers",
       {node(keras_layer("InputLayer", "in", {{"batch_input_shape", {nullptr, 4, 4, 1}}}), {}),
        node(keras_layer("Conv2D", "conv", {{"filters", 1}, {"kernel_size", 3}, {"padding", "same"}}), {"in"}),
        node(keras_layer("BatchNormalization", "norm", {{"axis", 3}, {"scale", false}}), {"conv"}),
        node(keras_layer("Add", "sum"), {"conv", "norm"}), node(keras_layer("Flatten", "flat"), {"sum"}),
        node(keras_layer("Dense", "fc", {{"units", 2}}), {"flat"})}},
      {"input_layers", {{"in", 0, 0}}},
      {"output_layers", {{"fc", 0, 0}}}};
  return {{"class_name", "Functional"}, {"config", config}};
}

// The same with an operator of TensorFlow for the norm, and one of Keras 3 for the sum.
inline Json tiny_operators() {
  Json model = tiny_graph();
  Json &norm = layers_of(model)[2], &sum = layers_of(model)[3];
  norm["class_name"] = "TFOpLambda";
  norm["config"]["function"] = "math.truediv";
  norm["inbound_nodes"] = {{"conv", 0, 0, {{"y", 2.5}, {"name", nullptr}}}};
  const Json tensor = {{"class_name", "__keras_tensor__"}, {"config", {{"keras_history", {"norm", 0, 0}}}}};
  sum["module"] = "keras.src.ops.numpy";
  sum["inbound_nodes"] = {{{"args", {tensor, 0.5}}, {"kwargs", Json::object()}}};
  return model;
}

inline void add_layer(Hdf5Builder& builder, const std::string& name,
                      const std::vector<std::pair<std::string, std::vector<hsize_t>>>& weights) {
  const std::string group = "/model_weights/" + name;
  builder.group(group);
  std::vector<std::string> names;
  for (const auto& [role, dims] : weights) {
    names.push_back(name + "/" + role + ":0");
    builder.floats(group + "/" + names.back(), dims,
                   role == "moving_variance" ? std::vector<float>{1} : std::vector<float>{});
  }
  builder.texts(group, "weight_names", names);
}

// A whole model. `dense_inputs`: of fc.
inline void fill_keras(Hdf5Builder& builder, const Json& config, bool with_norm = false) {
  builder.text("/", "model_config", config.dump());
  builder.text("/", "keras_version", "2.11.0");
  add_layer(builder, "conv", {{"kernel", {3, 3, 1, 1}}, {"bias", {1}}});
  if (with_norm) add_layer(builder, "norm", {{"beta", {1}}, {"moving_mean", {1}}, {"moving_variance", {1}}});
  add_layer(builder, "fc", {{"kernel", {with_norm ? 16u : 4u, 2}}, {"bias", {2}}});
  std::vector<std::string> names = {"conv", "fc"};
  if (with_norm) names.insert(names.begin() + 1, "norm");
  builder.texts("/model_weights", "layer_names", names);
}

inline std::string tiny_keras(const Json& config = tiny_config()) {
  Hdf5Builder builder;
  fill_keras(builder, config);
  return builder.content();
}

inline std::string graph_keras(const Json& config = tiny_graph()) {
  Hdf5Builder builder;
  fill_keras(builder, config, true);
  return builder.content();
}

// The weights of tiny_config() in Keras 3's layout.
inline std::string tiny_vars() {
  Hdf5Builder builder;
  builder.floats("/layers/conv2d/vars/0", {3, 3, 1, 1});
  builder.floats("/layers/conv2d/vars/1", {1});
  builder.floats("/layers/dense/vars/0", {4, 2});
  builder.floats("/layers/dense/vars/1", {2});
  return builder.content();
}

inline std::string tiny_archive(const Json& config = tiny_config(), bool packed = true) {
  return zip_of({{"metadata.json", R"({"keras_version": "3.3.3"})"},
                 {"config.json", config.dump()},
                 {"model.weights.h5", tiny_vars()}},
                packed);
}

// A tiny model's file, spoiled, and what is said of it.
struct HostileHdf5 {
  const char* name;
  std::function<void(Hdf5Builder&)> spoil;
  const char* message;
};

inline std::vector<HostileHdf5> hostile_hdf5() {
  const std::string kernel = "/model_weights/fc/fc/kernel:0";
  const auto replaced = [=](auto put) {
    return [=](Hdf5Builder& b) {
      b.remove(kernel);
      put(b);
    };
  };
  const auto with_plan = [=](auto set) {
    return replaced([=](Hdf5Builder& b) {
      const hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
      set(plan);
      b.floats(kernel, {4, 2}, {}, H5T_IEEE_F32LE, plan);
      H5Pclose(plan);
    });
  };
  const auto chunked = [](hid_t plan) {
    const hsize_t chunk[] = {4, 2};
    H5Pset_chunk(plan, 2, chunk);
  };
  return {
      {"soft_link", replaced([=](Hdf5Builder& b) {
         H5Lcreate_soft("/model_weights/conv/conv/bias:0", b.file(), kernel.c_str(), H5P_DEFAULT, H5P_DEFAULT);
       }),
       "expected no soft or external links"},
      {"external_link", replaced([=](Hdf5Builder& b) {
         H5Lcreate_external("/etc/passwd", "/x", b.file(), kernel.c_str(), H5P_DEFAULT, H5P_DEFAULT);
       }),
       "expected no soft or external links"},
      // (Making the file writes the numbers there, so it is nothing that could be damaged.)
      {"external_storage", with_plan([](hid_t plan) { H5Pset_external(plan, "/dev/null", 0, 32); }),
       "expected numbers in this file, found them in another"},
      {"virtual", replaced([=](Hdf5Builder& b) {
         const hsize_t dims[] = {4, 2};
         const hid_t plan = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(2, dims, nullptr);
         H5Pset_virtual(plan, space, "other.h5", "/x", space);
         H5Dclose(H5Dcreate2(b.file(), kernel.c_str(), H5T_IEEE_F32LE, space, H5P_DEFAULT, plan, H5P_DEFAULT));
         H5Sclose(space);
         H5Pclose(plan);
       }),
       "expected numbers in this file, found a virtual dataset"},
      {"filter", with_plan([=](hid_t plan) {
         chunked(plan);
         H5Pset_scaleoffset(plan, H5Z_SO_FLOAT_DSCALE, 3);
       }),
       "expected gzip, shuffle or fletcher32, found filter 6"},
      {"plugin", with_plan([=](hid_t plan) {
         chunked(plan);
         H5Pset_filter(plan, 32000, H5Z_FLAG_OPTIONAL, 0, nullptr);
       }),
       "found filter 32000"},
      {"cycle",
       [](Hdf5Builder& b) {
         H5Lcreate_hard(b.file(), "/model_weights", b.file(), "/model_weights/conv/again", H5P_DEFAULT, H5P_DEFAULT);
       },
       "expected each group once"},
      {"deep",
       [](Hdf5Builder& b) {
         std::string path = "/model_weights";
         for (int i = 0; i < 40; ++i) path += "/g";
         b.group(path);
       },
       "expected groups at most 32 deep"},
      {"integers", replaced([=](Hdf5Builder& b) {
         b.floats(kernel, {4, 2}, {}, H5T_STD_I32LE);
       }),
       "layer 'fc' (Dense): weights: kernel: expected floats of 16, 32 or 64 bits"},
      {"shape", replaced([=](Hdf5Builder& b) {
         b.floats(kernel, {2, 4});
       }),
       "layer 'fc' (Dense): weights: kernel: expected shape [4, 2], found [2, 4]"},
      {"extents_2e63", replaced([=](Hdf5Builder& b) {
         b.promise(kernel, {uint64_t{1} << 62, 2});
       }),
       "expected shape [4, 2], found [4611686018427387904, 2]"},
      {"missing", [=](Hdf5Builder& b) { b.remove(kernel); }, "expected a dataset \"fc/kernel:0\", found none"},
      {"no_group", [](Hdf5Builder& b) { b.remove("/model_weights/fc"); }, "expected a group \"fc\", found none"},
      {"no_layer_names", [](Hdf5Builder& b) { b.remove("/model_weights"); }, "expected Keras's weights"},
      {"no_kernel_name", [](Hdf5Builder& b) { b.texts("/model_weights/fc", "weight_names", {"fc/bias:0"}); },
       "expected 2 arrays, found 1"},
      {"nan", replaced([=](Hdf5Builder& b) {
         b.floats(kernel, {4, 2}, {NAN});
       }),
       "weights 'fc/kernel': expected finite numbers"},
      {"no_model", [](Hdf5Builder& b) { H5Adelete(b.file(), "model_config"); }, "found weights alone"},
      {"no_json", [](Hdf5Builder& b) { b.text("/", "model_config", "{\"class_name\": ", false); }, "model_config: "},
      {"large_dense",
       [=](Hdf5Builder& b) {
         Json config = tiny_config();
         layers_of(config)[2]["config"]["units"] = 1 << 24;
         b.text("/", "model_config", config.dump());
         b.remove(kernel);
         b.remove("/model_weights/fc/fc/bias:0");
         b.promise(kernel, {4, 1 << 24});
         b.promise("/model_weights/fc/fc/bias:0", {1 << 24});
       },
       "numbers in a file of"},
  };
}

// The same of the model's JSON alone.
struct HostileConfig {
  const char* name;
  std::function<void(Json&)> spoil;  // of tiny_config()
  const char* message;
};

inline std::vector<HostileConfig> hostile_configs() {
  const auto conv = [](const char* key, Json value) {
    return [=](Json& m) { layers_of(m)[0]["config"][key] = value; };
  };
  const auto inserted = [](const std::string& class_name, Json config = Json::object()) {
    return [=](Json& m) {
      Json& layers = layers_of(m);
      layers.insert(layers.begin() + 1, keras_layer(class_name, "odd", config));
    };
  };
  return {
      {"filters_2e63", conv("filters", uint64_t{1} << 63),
       "layer 'conv' (Conv2D): filters: expected a whole number below 2^63, found 9223372036854775808"},
      {"filters_large", conv("filters", int64_t{1} << 62), "filters: expected 1 to 16777216"},
      {"filters_text", conv("filters", "many"), "filters: expected a whole number"},
      {"filters_none", conv("filters", nullptr), "filters: expected a whole number, found none"},
      {"kernel_0", conv("kernel_size", {0, 3}), "kernel_size, strides: expected 1 to"},
      {"kernel_large", conv("kernel_size", {5, 3}), "expected at most the padded input"},
      {"strides_2e63", conv("strides", {INT64_MAX, 1}), "kernel_size, strides: expected 1 to"},
      {"dilation", conv("dilation_rate", {2, 2}),
       "layer 'conv' (Conv2D): kernel [3, 3], dilated to [5, 5]: expected at most the padded input"},
      {"dilation_2e63", conv("dilation_rate", {1, INT64_MAX}), "dilation_rate: expected 1 to 16777216"},
      {"groups", conv("groups", 2),
       "layer 'conv' (Conv2D): groups: expected a divisor of the input's 1 channels, found 2"},
      {"groups_0", conv("groups", 0), "groups: expected 1 to 16777216, found 0"},
      {"padding", conv("padding", "causal"), "padding: expected valid or same, found \"causal\""},
      {"activation", conv("activation", "softsign"), "activation: expected one that libfer has, found \"softsign\""},
      {"activation_object", conv("activation", {{"class_name", "Custom"}, {"config", {{"x", 1}}}}),
       "activation: expected one that libfer has, found \"Custom\""},
      {"input_open", conv("batch_input_shape", {nullptr, nullptr, nullptr, 1}), "expected fixed extents"},
      {"input_2e63", conv("batch_input_shape", {nullptr, INT64_MAX, 4, 1}), "expected fixed extents"},
      {"input_flat", conv("batch_input_shape", {nullptr, 16}), "expected an input [height, width, channels]"},
      {"input_none", conv("batch_input_shape", nullptr), "expected the shape of its input"},
      {"input_product", conv("batch_input_shape", {nullptr, 1 << 24, 1 << 24, 1 << 24}), "expected at most"},
      {"lambda", inserted("Lambda", {{"function", {"4wEAAAA=", nullptr, nullptr}}}),
       "layer 'odd' (Lambda): expected a layer that libfer has (docs/keras.md lists them), found \"Lambda\""},
      {"prelu", inserted("PReLU", {{"shared_axes", {1, INT64_MAX}}}),
       "shared_axes: expected none, or those of rows and columns, found [1, 9223372036854775807]"},
      {"custom", inserted("My>Layer"),
       "layer 'odd' (My>Layer): expected a layer that libfer has (docs/keras.md lists them), found \"My>Layer\""},
      {"norm_axis", inserted("BatchNormalization", {{"axis", 1}}), "axis: expected 3, the channels', found 1"},
      {"norm_mode", inserted("BatchNormalization", {{"axis", -1}, {"mode", 2}}), "mode: expected 0"},
      {"rescaling", inserted("Rescaling", {{"scale", {0.1, 0.2}}}),
       "scale: expected one number, or 1: one per channel"},
      {"rescaling_text", inserted("Rescaling", {{"scale", {"x"}}}),
       "scale: expected one number, or 1: one per channel"},
      {"normalization", inserted("Normalization", {{"axis", {1, 2}}}), "axis: expected 3, the channels', found [1, 2]"},
      {"relu_max", inserted("ReLU", {{"max_value", 5}}), "max_value: expected none, or 6"},
      {"upsampling", inserted("UpSampling2D", {{"size", {2, 2}}, {"interpolation", "bicubic"}}),
       "interpolation: expected nearest or bilinear"},
      {"cropping", inserted("Cropping2D", {{"cropping", {{1, 0}, {2, 0}}}}),
       "layer 'odd' (Cropping2D): columns: expected to leave some of the input's 2, found 2 and 0"},
      {"cropping_2e63", inserted("Cropping2D", {{"cropping", INT64_MAX}}), "cropping: expected cells on four sides"},
      {"uneven_padding", inserted("ZeroPadding2D", {{"padding", {{0, 1}, {0, 1}}}}), "expected a convolution after"},
      {"padding_2e63", inserted("ZeroPadding2D", {{"padding", INT64_MAX}}), "padding: expected cells on four sides"},
      {"reshape", inserted("Reshape", {{"target_shape", {3, -1}}}), "target_shape: expected 4 values"},
      {"reshape_2e63", inserted("Reshape", {{"target_shape", {INT64_MAX, INT64_MAX}}}), "target_shape"},
      {"reshape_lost", inserted("Reshape", {{"target_shape", {-1, -1}}}), "target_shape"},
      {"resizing", inserted("Resizing", {{"height", 1 << 23}, {"width", 1 << 23}}), "expected at most"},
      {"channels",
       [](Json& m) {
         layers_of(m)[0]["config"]["data_format"] = "channels_first";
         layers_of(m).insert(layers_of(m).begin() + 1,
                             keras_layer("MaxPooling2D", "odd", {{"data_format", "channels_last"}}));
       },
       "data_format: expected the other layers'"},
      {"no_class", [](Json& m) { layers_of(m)[1].erase("class_name"); }, "model: layer 2: expected class_name"},
      {"no_layers", [](Json& m) { layers_of(m) = Json::array(); }, "model: expected layers, found none"},
      {"class_other", [](Json& m) { m["class_name"] = "Graph"; }, "expected a Sequential or Functional one"},
      {"not_a_model", [](Json& m) { m = Json::array(); }, "expected Keras's class_name and config"},
      {"picture_out",
       [](Json& m) {
         layers_of(m).erase(1);
         layers_of(m)[1]["config"]["units"] = 1;
       },
       "expected an output [batch, classes]"},
      {"cycle",
       [](Json& m) {
         m = tiny_graph();
         layers_of(m)[1]["inbound_nodes"] = {{{"sum", 0, 0, Json::object()}}};
       },
       "expected a graph without cycles"},
      {"self",
       [](Json& m) {
         m = tiny_graph();
         layers_of(m)[3]["inbound_nodes"] = {{{"sum", 0, 0}, {"sum", 0, 0}}};
       },
       "layer 'sum' (Add): expected a graph without cycles"},
      {"unknown_input",
       [](Json& m) {
         m = tiny_graph();
         layers_of(m)[1]["inbound_nodes"] = {{{"nobody", 0, 0}}};
       },
       "expected the name of a layer, found \"nobody\""},
      {"shared",
       [](Json& m) {
         m = tiny_graph();
         Json& nodes = layers_of(m)[1]["inbound_nodes"];
         nodes.push_back(nodes[0]);
       },
       "layer 'conv' (Conv2D): expected a layer that is used once, found 2 uses"},
      {"same_name",
       [](Json& m) {
         m = tiny_graph();
         layers_of(m)[2]["name"] = "conv";
       },
       "expected a name that no other layer has"},
      {"two_outputs",
       [](Json& m) {
         m = tiny_graph();
         m["config"]["output_layers"].push_back({"flat", 0, 0});
       },
       "output_layers: expected one, found 2"},
      {"second_output",
       [](Json& m) {
         m = tiny_graph();
         layers_of(m)[5]["inbound_nodes"] = {{{"flat", 0, 1}}};
       },
       "expected layers of one output"},
      {"merge",
       [](Json& m) {
         m = tiny_graph();
         layers_of(m)[3]["class_name"] = "Merge";
         layers_of(m)[3]["config"]["mode"] = "dot";
       },
       "layer 'sum' (Merge): mode: expected sum, mul or concat"},
  };
}

}  // namespace fer
