// Names of layer types, activations and initialisers in JSON and in the summary.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <variant>

#include "fer/network.h"

namespace fer {

template <class Enum>
struct Named {
  Enum value;
  const char* name;
};

inline constexpr std::array<Named<Activation>, 15> kActivationNames = {{{Activation::kLinear, "linear"},
                                                                        {Activation::kRelu, "relu"},
                                                                        {Activation::kLeakyRelu, "leaky_relu"},
                                                                        {Activation::kElu, "elu"},
                                                                        {Activation::kSelu, "selu"},
                                                                        {Activation::kSilu, "silu"},
                                                                        {Activation::kGelu, "gelu"},
                                                                        {Activation::kGeluTanh, "gelu_tanh"},
                                                                        {Activation::kMish, "mish"},
                                                                        {Activation::kTanh, "tanh"},
                                                                        {Activation::kSigmoid, "sigmoid"},
                                                                        {Activation::kRelu6, "relu6"},
                                                                        {Activation::kHardSigmoid, "hard_sigmoid"},
                                                                        {Activation::kHardSwish, "hard_swish"},
                                                                        {Activation::kSoftmax, "softmax"}}};

// What a and b of an initialiser are called in JSON; nullptr where it has none.
struct InitializerForm {
  Initializer::Kind value;
  const char* name;
  const char* a = nullptr;
  const char* b = nullptr;
};
inline constexpr std::array<InitializerForm, 10> kInitializerForms = {
    {{Initializer::Kind::kZeros, "zeros"},
     {Initializer::Kind::kOnes, "ones"},
     {Initializer::Kind::kConstant, "constant", "value"},
     {Initializer::Kind::kGlorotUniform, "glorot_uniform"},
     {Initializer::Kind::kGlorotNormal, "glorot_normal"},
     {Initializer::Kind::kHeUniform, "he_uniform"},
     {Initializer::Kind::kHeNormal, "he_normal"},
     {Initializer::Kind::kRandomUniform, "random_uniform", "min", "max"},
     {Initializer::Kind::kRandomNormal, "random_normal", "mean", "stddev"},
     {Initializer::Kind::kTruncatedNormal, "truncated_normal", "mean", "stddev"}}};
const InitializerForm& initializer_form(Initializer::Kind kind);

// What a kind of layer is called.
struct LayerTypeNames {
  const char* json;         // "max_pool2d"
  const char* keras_class;  // "MaxPooling2D"
  const char* keras_name;   // "max_pooling2d"
};
// One overload per kind. (They take pointers, as the names are asked for without a layer.)
constexpr LayerTypeNames type_names(const Conv2D*) { return {"conv2d", "Conv2D", "conv2d"}; }
constexpr LayerTypeNames type_names(const DepthwiseConv2D*) {
  return {"depthwise_conv2d", "DepthwiseConv2D", "depthwise_conv2d"};
}
constexpr LayerTypeNames type_names(const SeparableConv2D*) {
  return {"separable_conv2d", "SeparableConv2D", "separable_conv2d"};
}
constexpr LayerTypeNames type_names(const Dense*) { return {"dense", "Dense", "dense"}; }
constexpr LayerTypeNames type_names(const BatchNorm*) {
  return {"batch_norm", "BatchNormalization", "batch_normalization"};
}
constexpr LayerTypeNames type_names(const ActivationLayer*) { return {"activation", "Activation", "activation"}; }
constexpr LayerTypeNames type_names(const PRelu*) { return {"prelu", "PReLU", "p_re_lu"}; }
constexpr LayerTypeNames type_names(const MaxPool2D*) { return {"max_pool2d", "MaxPooling2D", "max_pooling2d"}; }
constexpr LayerTypeNames type_names(const AveragePool2D*) {
  return {"average_pool2d", "AveragePooling2D", "average_pooling2d"};
}
constexpr LayerTypeNames type_names(const GlobalAveragePool2D*) {
  return {"global_avg_pool2d", "GlobalAveragePooling2D", "global_average_pooling2d"};
}
constexpr LayerTypeNames type_names(const GlobalMaxPool2D*) {
  return {"global_max_pool2d", "GlobalMaxPooling2D", "global_max_pooling2d"};
}
constexpr LayerTypeNames type_names(const Dropout*) { return {"dropout", "Dropout", "dropout"}; }
constexpr LayerTypeNames type_names(const Flatten*) { return {"flatten", "Flatten", "flatten"}; }
constexpr LayerTypeNames type_names(const Reshape*) { return {"reshape", "Reshape", "reshape"}; }
constexpr LayerTypeNames type_names(const Add*) { return {"add", "Add", "add"}; }
constexpr LayerTypeNames type_names(const Multiply*) { return {"multiply", "Multiply", "multiply"}; }
constexpr LayerTypeNames type_names(const Concat*) { return {"concat", "Concatenate", "concatenate"}; }
constexpr LayerTypeNames type_names(const ZeroPad2D*) { return {"zero_pad2d", "ZeroPadding2D", "zero_padding2d"}; }
constexpr LayerTypeNames type_names(const Crop2D*) { return {"crop2d", "Cropping2D", "cropping2d"}; }
constexpr LayerTypeNames type_names(const UpSample2D*) { return {"upsample2d", "UpSampling2D", "up_sampling2d"}; }
constexpr LayerTypeNames type_names(const Resize*) { return {"resize", "Resizing", "resizing"}; }

template <size_t... kIndices>
constexpr auto all_type_names(std::index_sequence<kIndices...>) {
  return std::array{type_names(static_cast<const std::variant_alternative_t<kIndices, LayerKind>*>(nullptr))...};
}
// In the order of LayerKind's alternatives.
inline constexpr auto kLayerTypeNames = all_type_names(std::make_index_sequence<std::variant_size_v<LayerKind>>());

// "a, b, c": every name of a table.
template <class Table, class Name>
std::string listed(const Table& table, Name name) {
  std::string text;
  for (const auto& entry : table) text += (text.empty() ? "" : ", ") + std::string(name(entry));
  return text;
}

}  // namespace fer
