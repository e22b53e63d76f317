// What the readers of layers with weights have in common.
#pragma once

#include <cstdint>

#include "keras/layers/builder.h"

namespace fer::keras_file {

// Notes what acts in training alone and libfer has nothing for.
void note_training_only(Builder& builder, const Site& site);

void add_bias(Builder& builder, Site& site, const Value& value, int64_t count);

// Adds bias and activation.
template <class L>
void read_function(Builder& builder, const Site& site, L& l) {
  const Function function = builder.meant(site.settings.function({"activation"}));
  l.activation = function.activation;
  l.alpha = function.alpha;
  l.bias = site.settings.flag({"use_bias", "bias"}, true);
  l.bias_init = site.settings.initializer({"bias_initializer"}, Initializer::Kind::kZeros);
  l.bias_regularizer = site.settings.regularizer({"bias_regularizer", "b_regularizer"});
  note_training_only(builder, site);
}

// Adds the same, and one kernel.
template <class L>
void read_common(Builder& builder, const Site& site, L& l) {
  read_function(builder, site, l);
  l.kernel_init = site.settings.initializer({"kernel_initializer", "init"}, Initializer::Kind::kGlorotUniform);
  l.kernel_regularizer = site.settings.regularizer({"kernel_regularizer", "W_regularizer"});
}

// Convolutions (convolutions.cc).
Value conv2d(Builder& builder, Site& site);
Value depthwise_conv2d(Builder& builder, Site& site);
Value separable_conv2d(Builder& builder, Site& site);

}  // namespace fer::keras_file
