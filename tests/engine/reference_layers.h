// The layers of a ReferenceNetwork, one after another. Included by reference_network.h.
#pragma once

#include "tests/engine/reference_network.h"

namespace fer::testing {

inline void ReferenceNetwork::forward(const Values& pictures) {
  pictures_ = pictures;
  traces_.assign(network_.layers.size(), {});
  for (size_t i = 0; i < network_.layers.size(); ++i)
    std::visit([&](const auto& l) { forward_layer(i, l); }, network_.layers[i].kind);
}

inline void ReferenceNetwork::backward() {
  for (size_t i = network_.layers.size(); i-- > 0;)
    std::visit([&](const auto& l) { backward_layer(i, l); }, network_.layers[i].kind);
}

inline ReferenceResult ReferenceNetwork::train(const ReferenceBatch& batch, Values& weights) {
  training_ = true;
  n_ = batch.n;
  seed_ = batch.seed;
  step_ = batch.step;
  weights_ = weights;
  gradients_.assign(weights.size(), 0);
  forward(batch.pictures);
  const auto loss = reference::softmax_cross_entropy(class_count(network_), traces_.back().y, batch.targets,
                                                     batch.weights, 1.0 / static_cast<double>(n_));
  for (Trace& trace : traces_) trace.dy.assign(trace.y.size(), 0);
  traces_.back().dy = loss.dlogits;
  backward();
  ReferenceResult result{.loss_sum = loss.sum, .correct = loss.correct};
  for (const Parameter& p : layout_.parameters) {
    if (!p.trainable) continue;
    const Values w(weights.begin() + p.offset, weights.begin() + p.offset + p.shape.elements());
    result.penalty += reference::penalty(p.regularizer.l1, p.regularizer.l2, w);
    const Values gradient = reference::penalty_gradient(p.regularizer.l1, p.regularizer.l2, w);
    for (size_t i = 0; i < w.size(); ++i) gradients_[static_cast<size_t>(p.offset) + i] += gradient[i];
  }
  result.objective = result.loss_sum / static_cast<double>(n_) + result.penalty;
  result.gradients = gradients_;
  weights = weights_;
  return result;
}

inline Values ReferenceNetwork::run(int64_t n, const Values& pictures, const Values& weights) {
  training_ = false;
  n_ = n;
  weights_ = weights;
  forward(pictures);
  const Values& y = traces_.back().y;
  return ends_in_softmax(network_) ? reference::softmax(class_count(network_), y) : y;
}

inline void ReferenceNetwork::forward_layer(size_t i, const Conv2D& l) {
  traces_[i].sums = reference::conv_forward(conv_shape(i, l), input(i), parameter(i, "kernel"), parameter(i, "bias"));
  traces_[i].y = reference::activation_forward(function_of(i, l.activation), l.alpha, row(i), traces_[i].sums);
}
inline void ReferenceNetwork::backward_layer(size_t i, const Conv2D& l) {
  const Trace& t = traces_[i];
  const Values dy = reference::activation_backward(function_of(i, l.activation), l.alpha, row(i), t.sums, t.dy);
  add_gradient(i, "bias", reference::column_sums(l.filters, dy));
  add_gradient(i, "kernel", reference::conv_backward_weights(conv_shape(i, l), input(i), dy));
  pass_back(i, reference::conv_backward_data(conv_shape(i, l), dy, parameter(i, "kernel")));
}

inline void ReferenceNetwork::forward_layer(size_t i, const DepthwiseConv2D& l) {
  traces_[i].sums =
      reference::depthwise_forward(depthwise_shape(i, l), input(i), parameter(i, "kernel"), parameter(i, "bias"));
  traces_[i].y = reference::activation_forward(l.activation, l.alpha, row(i), traces_[i].sums);
}
inline void ReferenceNetwork::backward_layer(size_t i, const DepthwiseConv2D& l) {
  const Trace& t = traces_[i];
  const Values dy = reference::activation_backward(l.activation, l.alpha, row(i), t.sums, t.dy);
  add_gradient(i, "bias", reference::column_sums(row(i), dy));
  add_gradient(i, "kernel", reference::depthwise_backward_weights(depthwise_shape(i, l), input(i), dy));
  pass_back(i, reference::depthwise_backward_data(depthwise_shape(i, l), dy, parameter(i, "kernel")));
}

inline void ReferenceNetwork::forward_layer(size_t i, const SeparableConv2D& l) {
  Trace& t = traces_[i];
  t.between = reference::depthwise_forward(depthwise_shape(i, l), input(i), parameter(i, "depthwise_kernel"), {});
  t.sums =
      reference::conv_forward(pointwise_shape(i, l), t.between, parameter(i, "pointwise_kernel"), parameter(i, "bias"));
  t.y = reference::activation_forward(l.activation, l.alpha, row(i), t.sums);
}
inline void ReferenceNetwork::backward_layer(size_t i, const SeparableConv2D& l) {
  const Trace& t = traces_[i];
  const Values dy = reference::activation_backward(l.activation, l.alpha, row(i), t.sums, t.dy);
  add_gradient(i, "bias", reference::column_sums(l.filters, dy));
  add_gradient(i, "pointwise_kernel", reference::conv_backward_weights(pointwise_shape(i, l), t.between, dy));
  const Values between = reference::conv_backward_data(pointwise_shape(i, l), dy, parameter(i, "pointwise_kernel"));
  add_gradient(i, "depthwise_kernel", reference::depthwise_backward_weights(depthwise_shape(i, l), input(i), between));
  pass_back(i, reference::depthwise_backward_data(depthwise_shape(i, l), between, parameter(i, "depthwise_kernel")));
}

inline void ReferenceNetwork::forward_layer(size_t i, const Dense& l) {
  traces_[i].sums = reference::dense_forward(dense_shape(i, l), input(i), parameter(i, "kernel"), parameter(i, "bias"));
  traces_[i].y = reference::activation_forward(function_of(i, l.activation), l.alpha, row(i), traces_[i].sums);
}
inline void ReferenceNetwork::backward_layer(size_t i, const Dense& l) {
  const Trace& t = traces_[i];
  const Values dy = reference::activation_backward(function_of(i, l.activation), l.alpha, row(i), t.sums, t.dy);
  add_gradient(i, "bias", reference::column_sums(l.units, dy));
  add_gradient(i, "kernel", reference::dense_backward_weights(dense_shape(i, l), input(i), dy));
  pass_back(i, reference::dense_backward_data(dense_shape(i, l), dy, parameter(i, "kernel")));
}

inline void ReferenceNetwork::forward_layer(size_t i, const PRelu&) {
  traces_[i].y = reference::prelu_forward(input(i), parameter(i, "alpha"));
}
inline void ReferenceNetwork::backward_layer(size_t i, const PRelu&) {
  const auto gradients = reference::prelu_backward(input(i), parameter(i, "alpha"), traces_[i].dy);
  add_gradient(i, "alpha", gradients.dalpha);
  pass_back(i, gradients.dx);
}

inline void ReferenceNetwork::forward_layer(size_t i, const BatchNorm& l) {
  Trace& t = traces_[i];
  Values variance = parameter(i, "moving_variance");
  t.mean = parameter(i, "moving_mean");
  if (training_ && !network_.layers[i].frozen) {
    const auto batch = reference::batch_norm_statistics(row(i), input(i));
    for (size_t c = 0; c < t.mean.size(); ++c) {
      t.mean[c] = double{l.momentum} * t.mean[c] + (1 - double{l.momentum}) * batch.mean[c];
      variance[c] = double{l.momentum} * variance[c] + (1 - double{l.momentum}) * batch.variance[c];
    }
    store(i, "moving_mean", t.mean);
    store(i, "moving_variance", variance);
    t.mean = batch.mean;
    variance = batch.variance;
  }
  t.inv_std = reference::inverse_deviation(variance, l.epsilon);
  t.y = reference::batch_norm_forward(input(i), t.mean, t.inv_std, parameter(i, "gamma"), parameter(i, "beta"));
}
inline void ReferenceNetwork::backward_layer(size_t i, const BatchNorm&) {
  const Trace& t = traces_[i];
  const auto gradients =
      network_.layers[i].frozen
          ? reference::batch_norm_backward_frozen(input(i), t.dy, t.mean, t.inv_std, parameter(i, "gamma"))
          : reference::batch_norm_backward(input(i), t.dy, t.mean, t.inv_std, parameter(i, "gamma"));
  add_gradient(i, "gamma", gradients.dgamma);
  add_gradient(i, "beta", gradients.dbeta);
  pass_back(i, gradients.dx);
}

inline void ReferenceNetwork::forward_layer(size_t i, const ActivationLayer& l) {
  traces_[i].y = reference::activation_forward(function_of(i, l.function), l.alpha, row(i), input(i));
}
inline void ReferenceNetwork::backward_layer(size_t i, const ActivationLayer& l) {
  pass_back(i, reference::activation_backward(function_of(i, l.function), l.alpha, row(i), input(i), traces_[i].dy));
}

inline void ReferenceNetwork::forward_layer(size_t i, const MaxPool2D& l) {
  auto pooled = reference::max_pool_forward(pool_shape(i, l), input(i));
  traces_[i].y = pooled.y;
  traces_[i].winner = pooled.winner;
}
inline void ReferenceNetwork::backward_layer(size_t i, const MaxPool2D& l) {
  pass_back(i, reference::max_pool_backward(pool_shape(i, l), traces_[i].dy, traces_[i].winner));
}

inline void ReferenceNetwork::forward_layer(size_t i, const AveragePool2D& l) {
  traces_[i].y = reference::average_pool_forward(pool_shape(i, l), input(i));
}
inline void ReferenceNetwork::backward_layer(size_t i, const AveragePool2D& l) {
  pass_back(i, reference::average_pool_backward(pool_shape(i, l), traces_[i].dy));
}

inline void ReferenceNetwork::forward_layer(size_t i, const GlobalAveragePool2D&) {
  traces_[i].y = reference::average_pool_forward(engine::global_pool_shape(input_shape(i), n_), input(i));
}
inline void ReferenceNetwork::backward_layer(size_t i, const GlobalAveragePool2D&) {
  pass_back(i, reference::average_pool_backward(engine::global_pool_shape(input_shape(i), n_), traces_[i].dy));
}

inline void ReferenceNetwork::forward_layer(size_t i, const GlobalMaxPool2D&) {
  auto pooled = reference::max_pool_forward(engine::global_pool_shape(input_shape(i), n_), input(i));
  traces_[i].y = pooled.y;
  traces_[i].winner = pooled.winner;
}
inline void ReferenceNetwork::backward_layer(size_t i, const GlobalMaxPool2D&) {
  pass_back(
      i, reference::max_pool_backward(engine::global_pool_shape(input_shape(i), n_), traces_[i].dy, traces_[i].winner));
}

inline void ReferenceNetwork::forward_layer(size_t i, const Dropout& l) {
  traces_[i].y = input(i);
  if (!training_) return;
  const RandomStream stream{
      .seed = seed_, .use = RandomUse::kDropout, .a = static_cast<uint32_t>(i), .b = static_cast<uint32_t>(step_)};
  for (size_t k = 0; k < input(i).size(); ++k) traces_[i].kept.push_back(random_unit(stream, k) >= l.rate);
  traces_[i].y = reference::dropout(traces_[i].kept, l.rate, input(i));
}
inline void ReferenceNetwork::backward_layer(size_t i, const Dropout& l) {
  pass_back(i, reference::dropout(traces_[i].kept, l.rate, traces_[i].dy));
}

inline void ReferenceNetwork::forward_layer(size_t i, const Flatten&) { traces_[i].y = input(i); }
inline void ReferenceNetwork::backward_layer(size_t i, const Flatten&) { pass_back(i, traces_[i].dy); }

inline void ReferenceNetwork::forward_layer(size_t i, const Reshape&) { traces_[i].y = input(i); }
inline void ReferenceNetwork::backward_layer(size_t i, const Reshape&) { pass_back(i, traces_[i].dy); }

inline void ReferenceNetwork::forward_layer(size_t i, const Multiply&) {
  traces_[i].y = factor(i, 0);
  for (size_t k = 1; k < infos_[i].inputs.size(); ++k) {
    const Values other = factor(i, k);
    for (size_t j = 0; j < other.size(); ++j) traces_[i].y[j] *= other[j];
  }
}
inline void ReferenceNetwork::backward_layer(size_t i, const Multiply&) {
  const int64_t pixels = infos_[i].output.elements() / row(i);
  for (size_t k = 0; k < infos_[i].inputs.size(); ++k) {
    Values dx = traces_[i].dy;  // times all other factors
    for (size_t m = 0; m < infos_[i].inputs.size(); ++m) {
      if (m == k) continue;
      const Values other = factor(i, m);
      for (size_t j = 0; j < dx.size(); ++j) dx[j] *= other[j];
    }
    const bool gate = input_shape(i, k).elements() < infos_[i].output.elements();
    pass_back(i, gate ? reference::gate_gradient(pixels, row(i), dx, Values(dx.size(), 1.0)) : dx, k);
  }
}

inline void ReferenceNetwork::forward_layer(size_t i, const Concat&) {
  std::vector<Values> parts;
  for (size_t k = 0; k < infos_[i].inputs.size(); ++k) parts.push_back(input(i, k));
  traces_[i].y = reference::concat(parts, channels_of_inputs(i));
}
inline void ReferenceNetwork::backward_layer(size_t i, const Concat&) {
  const std::vector<Values> parts = reference::split(traces_[i].dy, channels_of_inputs(i));
  for (size_t k = 0; k < parts.size(); ++k) pass_back(i, parts[k], k);
}

inline void ReferenceNetwork::forward_layer(size_t i, const Add&) {
  traces_[i].y = input(i);
  for (size_t k = 1; k < infos_[i].inputs.size(); ++k) traces_[i].y = reference::add(traces_[i].y, input(i, k));
}
inline void ReferenceNetwork::backward_layer(size_t i, const Add&) {
  for (size_t k = 0; k < infos_[i].inputs.size(); ++k) pass_back(i, traces_[i].dy, k);
}

inline void ReferenceNetwork::forward_layer(size_t i, const ZeroPad2D& l) {
  traces_[i].y = reference::zero_pad_forward(pad_shape(i, l), input(i));
}
inline void ReferenceNetwork::backward_layer(size_t i, const ZeroPad2D& l) {
  pass_back(i, reference::zero_pad_backward(pad_shape(i, l), traces_[i].dy));
}

inline void ReferenceNetwork::forward_layer(size_t i, const Crop2D& l) {
  traces_[i].y = reference::crop_forward(crop_shape(i, l), input(i));
}
inline void ReferenceNetwork::backward_layer(size_t i, const Crop2D& l) {
  pass_back(i, reference::crop_backward(crop_shape(i, l), traces_[i].dy));
}

inline void ReferenceNetwork::forward_layer(size_t i, const UpSample2D& l) {
  traces_[i].y = reference::upsample_forward(upsample_shape(i, l), input(i));
}
inline void ReferenceNetwork::backward_layer(size_t i, const UpSample2D& l) {
  pass_back(i, reference::upsample_backward(upsample_shape(i, l), traces_[i].dy));
}

inline void ReferenceNetwork::forward_layer(size_t i, const Resize&) {
  traces_[i].y = reference::resize_bilinear_forward(resize_shape(i), input(i));
}
inline void ReferenceNetwork::backward_layer(size_t i, const Resize&) {
  pass_back(i, reference::resize_bilinear_backward(resize_shape(i), traces_[i].dy));
}

}  // namespace fer::testing
