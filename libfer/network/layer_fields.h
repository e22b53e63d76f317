// The fields of every layer type, once for reading and writing. A visitor offers
//   required(name, member)            must be there
//   always(name, member)              may be missing when read, is always written
//   optional(name, member, usual)     may be missing, is written unless it equals `usual`
//   literal(name, text)               may be missing, else must be this text; is always written
#pragma once

#include "fer/network.h"
#include "network/one_of.h"

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

// The fields of one kind of layer, in the order of the JSON. L is const when writing, not when reading. There is no
// function for kinds in general: one that is missing does not compile.
template <class Visitor, OneOf<Conv2D> L>
void visit_fields(Visitor& v, L& l) {
  v.required("filters", l.filters);
  visit_window(v, l);
  v.optional("dilation", l.dilation, Pair{1, 1});
  v.optional("groups", l.groups, int64_t{1});
  visit_weights(v, l);
}

template <class Visitor, OneOf<DepthwiseConv2D> L>
void visit_fields(Visitor& v, L& l) {
  visit_window(v, l);
  v.optional("depth_multiplier", l.depth_multiplier, int64_t{1});
  visit_weights(v, l);
}

template <class Visitor, OneOf<SeparableConv2D> L>
void visit_fields(Visitor& v, L& l) {
  v.required("filters", l.filters);
  visit_window(v, l);
  v.optional("depth_multiplier", l.depth_multiplier, int64_t{1});
  visit_separable_weights(v, l);
}

template <class Visitor, OneOf<Dense> L>
void visit_fields(Visitor& v, L& l) {
  v.required("units", l.units);
  visit_weights(v, l);
}

template <class Visitor, OneOf<BatchNorm> L>
void visit_fields(Visitor& v, L& l) {
  v.always("epsilon", l.epsilon);
  v.always("momentum", l.momentum);
}

template <class Visitor, OneOf<ActivationLayer> L>
void visit_fields(Visitor& v, L& l) {
  v.required("function", l.function);
  v.optional("alpha", l.alpha, 0.0f);
}

template <class Visitor, OneOf<PRelu> L>
void visit_fields(Visitor& v, L& l) {
  v.optional("shared", l.shared, true);
  v.optional("alpha_init", l.alpha_init, PRelu{}.alpha_init);
  v.optional("alpha_regularizer", l.alpha_regularizer, Regularizer{});
}

template <class Visitor, OneOf<MaxPool2D, AveragePool2D> L>
void visit_fields(Visitor& v, L& l) {
  v.required("pool", l.pool);
  v.optional("strides", l.strides, Pair{0, 0});
  v.always("padding", l.padding);
}

template <class Visitor, OneOf<GlobalAveragePool2D, GlobalMaxPool2D> L>
void visit_fields(Visitor& v, L& l) {
  v.optional("keepdims", l.keepdims, false);
}

template <class Visitor, OneOf<Dropout> L>
void visit_fields(Visitor& v, L& l) {
  v.required("rate", l.rate);
}

template <class Visitor, OneOf<Reshape> L>
void visit_fields(Visitor& v, L& l) {
  v.required("shape", l.shape);
}

template <class Visitor, OneOf<ZeroPad2D> L>
void visit_fields(Visitor& v, L& l) {
  v.required("pad", l.pad);
}

template <class Visitor, OneOf<Crop2D> L>
void visit_fields(Visitor& v, L& l) {
  v.optional("rows", l.rows, Pair{0, 0});
  v.optional("columns", l.columns, Pair{0, 0});
}

template <class Visitor, OneOf<UpSample2D> L>
void visit_fields(Visitor& v, L& l) {
  v.required("size", l.size);
}

template <class Visitor, OneOf<Resize> L>
void visit_fields(Visitor& v, L& l) {
  v.required("size", l.size);
  v.literal("method", "bilinear");
}

// Kinds without fields.
template <class Visitor, OneOf<Flatten, Add, Multiply, Concat> L>
void visit_fields(Visitor&, L&) {}

}  // namespace fer
