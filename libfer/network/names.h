// Names of layer types, activations and initialisers in JSON and in the summary.
#pragma once

#include <array>
#include <string>
#include <variant>

#include "fer/network.h"

namespace fer {

template <class Value>
struct Named {
  Value value;
  const char* name;
};

inline constexpr std::array<Named<Activation>, 11> kActivationNames = {{{Activation::kLinear, "linear"},
                                                                        {Activation::kRelu, "relu"},
                                                                        {Activation::kLeakyRelu, "leaky_relu"},
                                                                        {Activation::kElu, "elu"},
                                                                        {Activation::kSilu, "silu"},
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

// In the order of LayerKind's alternatives.
struct LayerTypeNames {
  const char* json;         // "max_pool2d"
  const char* keras_class;  // "MaxPooling2D"
  const char* keras_name;   // "max_pooling2d"
};
inline constexpr std::array<LayerTypeNames, 19> kLayerTypeNames = {
    {{"conv2d", "Conv2D", "conv2d"},
     {"depthwise_conv2d", "DepthwiseConv2D", "depthwise_conv2d"},
     {"separable_conv2d", "SeparableConv2D", "separable_conv2d"},
     {"dense", "Dense", "dense"},
     {"batch_norm", "BatchNormalization", "batch_normalization"},
     {"activation", "Activation", "activation"},
     {"prelu", "PReLU", "p_re_lu"},
     {"max_pool2d", "MaxPooling2D", "max_pooling2d"},
     {"average_pool2d", "AveragePooling2D", "average_pooling2d"},
     {"global_avg_pool2d", "GlobalAveragePooling2D", "global_average_pooling2d"},
     {"global_max_pool2d", "GlobalMaxPooling2D", "global_max_pooling2d"},
     {"dropout", "Dropout", "dropout"},
     {"flatten", "Flatten", "flatten"},
     {"reshape", "Reshape", "reshape"},
     {"add", "Add", "add"},
     {"multiply", "Multiply", "multiply"},
     {"concat", "Concatenate", "concatenate"},
     {"zero_pad2d", "ZeroPadding2D", "zero_padding2d"},
     {"resize", "Resizing", "resizing"}}};
static_assert(std::variant_size_v<LayerKind> == kLayerTypeNames.size());

// "a, b, c": every name of a table.
template <class Table, class Name>
std::string listed(const Table& table, Name name) {
  std::string text;
  for (const auto& entry : table) text += (text.empty() ? "" : ", ") + std::string(name(entry));
  return text;
}

}  // namespace fer
