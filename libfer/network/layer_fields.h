// The fields of every layer type, once for reading and writing. A visitor offers
//   required(name, member)            must be there
//   always(name, member)              may be missing when read, is always written
//   optional(name, member, usual)     may be missing, is written unless it equals `usual`
//   literal(name, text)               may be missing, else must be this text; is always written
#pragma once

#include "fer/network.h"

namespace fer {

inline constexpr Initializer kUsualKernelInit = {Initializer::Kind::kGlorotUniform};

template <class Visitor, class L>
void visit_bias_and_activation(Visitor& v, L& l) {
  v.always("bias", l.bias);
  v.always("activation", l.activation);
  v.optional("alpha", l.alpha, 0.0f);
}

template <class Visitor, class L>
void visit_weights(Visitor& v, L& l) {
  visit_bias_and_activation(v, l);
  v.optional("kernel_init", l.kernel_init, kUsualKernelInit);
  v.optional("bias_init", l.bias_init, Initializer{});
  v.optional("kernel_regularizer", l.kernel_regularizer, Regularizer{});
  v.optional("bias_regularizer", l.bias_regularizer, Regularizer{});
}

template <class Visitor, class L>
void visit_separable_weights(Visitor& v, L& l) {
  visit_bias_and_activation(v, l);
  v.optional("depthwise_init", l.depthwise_init, kUsualKernelInit);
  v.optional("pointwise_init", l.pointwise_init, kUsualKernelInit);
  v.optional("bias_init", l.bias_init, Initializer{});
  v.optional("depthwise_regularizer", l.depthwise_regularizer, Regularizer{});
  v.optional("pointwise_regularizer", l.pointwise_regularizer, Regularizer{});
  v.optional("bias_regularizer", l.bias_regularizer, Regularizer{});
}

template <class Visitor, class L>
void visit_window(Visitor& v, L& l) {
  v.required("kernel", l.kernel);
  v.always("strides", l.strides);
  v.always("padding", l.padding);
}

template <class Visitor, class L>
void visit_pool(Visitor& v, L& l) {
  v.required("pool", l.pool);
  v.optional("strides", l.strides, Pair{0, 0});
  v.always("padding", l.padding);
}

// L: const Layer's alternative when writing, the alternative itself when reading.
template <class Visitor, class L>
void visit_fields(Visitor& v, L& l) {
  using Type = std::remove_const_t<L>;
  if constexpr (std::is_same_v<Type, Conv2D>) {
    v.required("filters", l.filters);
    visit_window(v, l);
    visit_weights(v, l);
  } else if constexpr (std::is_same_v<Type, DepthwiseConv2D>) {
    visit_window(v, l);
    v.optional("depth_multiplier", l.depth_multiplier, int64_t{1});
    visit_weights(v, l);
  } else if constexpr (std::is_same_v<Type, SeparableConv2D>) {
    v.required("filters", l.filters);
    visit_window(v, l);
    v.optional("depth_multiplier", l.depth_multiplier, int64_t{1});
    visit_separable_weights(v, l);
  } else if constexpr (std::is_same_v<Type, Dense>) {
    v.required("units", l.units);
    visit_weights(v, l);
  } else if constexpr (std::is_same_v<Type, BatchNorm>) {
    v.always("epsilon", l.epsilon);
    v.always("momentum", l.momentum);
  } else if constexpr (std::is_same_v<Type, ActivationLayer>) {
    v.required("function", l.function);
    v.optional("alpha", l.alpha, 0.0f);
  } else if constexpr (std::is_same_v<Type, PRelu>) {
    v.optional("shared", l.shared, true);
    v.optional("alpha_init", l.alpha_init, PRelu{}.alpha_init);
    v.optional("alpha_regularizer", l.alpha_regularizer, Regularizer{});
  } else if constexpr (std::is_same_v<Type, MaxPool2D> || std::is_same_v<Type, AveragePool2D>) {
    visit_pool(v, l);
  } else if constexpr (std::is_same_v<Type, GlobalAveragePool2D> || std::is_same_v<Type, GlobalMaxPool2D>) {
    v.optional("keepdims", l.keepdims, false);
  } else if constexpr (std::is_same_v<Type, Reshape>) {
    v.required("shape", l.shape);
  } else if constexpr (std::is_same_v<Type, Dropout>) {
    v.required("rate", l.rate);
  } else if constexpr (std::is_same_v<Type, ZeroPad2D>) {
    v.required("pad", l.pad);
  } else if constexpr (std::is_same_v<Type, Resize>) {
    v.required("size", l.size);
    v.literal("method", "bilinear");
  }
}

}  // namespace fer
