// The JSON of small Keras models: forms that the reader takes, of layers that tests/keras/tiny.h does not have. Where a
// form has numbers that may lie, one lies.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/keras/tiny.h"

namespace fer {

// A picture of 6 x 6 cells of 3 channels goes through these; two classes come out.
inline Json layered(std::vector<Json> layers) {
  layers.front()["config"]["batch_input_shape"] = {nullptr, 6, 6, 3};
  layers.push_back(keras_layer("Flatten", "flat"));
  layers.push_back(keras_layer("Dense", "fc", {{"units", 2}, {"activation", "softmax"}}));
  return sequential("forms", Json(std::move(layers)));
}

inline Json keras_conv(const std::string& type, Json settings) {
  Json config = {{"kernel_size", {3, 3}}, {"padding", "same"}, {"filters", 2}};
  config.update(settings);
  return keras_layer(type, "c", std::move(config));
}

inline Json every_function() {
  std::vector<Json> layers;
  for (const char* name : {"selu", "gelu", "mish", "swish", "hard_sigmoid", "hard_silu", "relu6", "elu", "tanh"}) {
    layers.push_back(keras_layer("Activation", std::string("f_") + name, {{"activation", name}}));
  }
  layers.push_back(keras_layer("Addons>GELU", "gelu_tanh", {{"approximate", true}}));
  layers.push_back(keras_layer("ReLU", "r6", {{"max_value", 6.0}, {"negative_slope", 0.0}, {"threshold", 0.0}}));
  layers.push_back(keras_layer("LeakyReLU", "leaky", {{"alpha", 0.1}}));
  layers.push_back(keras_layer("Softmax", "inner", {{"axis", -1}}));
  return layered(std::move(layers));
}

inline Json keras_3_function(Json settings) {
  return layered({keras_layer("Activation", "f",
                              {{"activation",
                                {{"module", "builtins"},
                                 {"class_name", "function"},
                                 {"config", std::move(settings)},
                                 {"registered_name", "function"}}}})});
}

inline Json rows_of_channels() {
  return layered({keras_layer("Reshape", "rows", {{"target_shape", {-1, 3}}}),
                  keras_layer("Dense", "each", {{"units", 3}, {"activation", "gelu"}})});
}

inline Json atrous() {
  return layered({keras_layer("AtrousConvolution2D", "c",
                              {{"nb_filter", 2}, {"nb_row", 2}, {"nb_col", 3}, {"atrous_rate", {2, 1}}})});
}

inline std::vector<std::pair<std::string, Json>> keras_forms() {
  const auto conv = [](const char* type, Json settings) { return layered({keras_conv(type, std::move(settings))}); };
  const auto sizes = [](const char* type, Json settings) {
    return layered({keras_layer(type, "s", std::move(settings))});
  };
  return {{"form_dilated", conv("Conv2D", {{"dilation_rate", {2, 1}}, {"activation", "selu"}})},
          {"form_grouped", conv("Conv2D", {{"groups", 3}, {"dilation_rate", 2}, {"filters", 3}})},
          {"form_dilated_depthwise", conv("DepthwiseConv2D", {{"dilation_rate", {2, 2}}, {"depth_multiplier", 2}})},
          {"form_dilated_separable", conv("SeparableConv2D", {{"dilation_rate", 2}, {"activation", "mish"}})},
          {"dilated_multiplier_2e63",
           conv("DepthwiseConv2D", {{"dilation_rate", {2, 2}}, {"depth_multiplier", INT64_MAX}})},
          {"dilation_beside_strides", conv("Conv2D", {{"dilation_rate", 2}, {"strides", 2}})},
          {"form_atrous", atrous()},
          {"form_functions", every_function()},
          {"form_function_object", keras_3_function("mish")},
          {"function_object_of_numbers", keras_3_function(7)},
          {"form_upsampling", sizes("UpSampling2D", {{"size", {2, 3}}, {"interpolation", "nearest"}})},
          {"form_upsampling_bilinear", sizes("UpSampling2D", {{"size", 2}, {"interpolation", "bilinear"}})},
          {"upsampling_2e63", sizes("UpSampling2D", {{"size", {INT64_MAX, 2}}})},
          {"form_resizing_nearest", sizes("Resizing", {{"height", 12}, {"width", 6}, {"interpolation", "nearest"}})},
          {"form_cropping", sizes("Cropping2D", {{"cropping", {{1, 0}, {2, 1}}}})},
          {"cropping_all", sizes("Cropping2D", {{"cropping", {3, 3}}})},
          {"cropping_negative", sizes("Cropping2D", {{"cropping", {{-1, 0}, {0, 0}}}})},
          {"form_rows", rows_of_channels()},
          {"form_flatten_first", sizes("Flatten", {{"data_format", "channels_first"}})}};
}

// A whole file of a dilated convolution in groups, which is stored as [kh, kw, channels / groups, filters].
inline std::string grouped_keras() {
  Hdf5Builder builder;
  const Json config = layered({keras_conv("Conv2D", {{"groups", 3}, {"dilation_rate", 2}, {"filters", 3}})});
  builder.text("/", "model_config", config.dump());
  builder.text("/", "keras_version", "2.11.0");
  add_layer(builder, "c", {{"kernel", {3, 3, 1, 3}}, {"bias", {3}}});
  add_layer(builder, "fc", {{"kernel", {108, 2}}, {"bias", {2}}});
  builder.texts("/model_weights", "layer_names", {"c", "fc"});
  return builder.content();
}

}  // namespace fer
