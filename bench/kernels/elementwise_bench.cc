// Kernels that wait for memory: bytes that must be read and written, per second.
#include "bench/kernels/layers.h"
#include "bench/kernels/rates.h"
#include "bench/kernels/register.h"
#include "engine/kernel_shapes.h"
#include "kernels/loss/softmax.h"
#include "kernels/norm/batch_norm.h"
#include "kernels/update/optimizer.h"
#include "kernels/values/elementwise.h"
#include "kernels/window/pool.h"

namespace fer::bench {
namespace {

void run_statistics(benchmark::State& state, int64_t rows, int64_t c) {
  const Tensor x = random_values(rows * c);
  Tensor mean({c}), variance({c}), scratch({kernels::batch_norm_scratch_floats(rows, c)});
  for (auto _ : state)
    kernels::batch_norm_statistics(rows, c, x.values(), mean.values(), variance.values(), scratch.values());
  state_bytes(state, floats(rows * c));
}

void run_scale_shift(benchmark::State& state, int64_t rows, int64_t c) {
  const Tensor x = random_values(rows * c), scale = random_values(c);
  Tensor y({rows * c});
  for (auto _ : state) kernels::scale_shift(rows, c, x.values(), scale.values(), scale.values(), true, y.values());
  state_bytes(state, 2 * floats(rows * c));
}

// With the relu before it, as behind a convolution.
void run_norm_backward(benchmark::State& state, int64_t rows, int64_t c) {
  const Tensor x = random_values(rows * c), dy = random_values(rows * c), channel = random_values(c);
  Tensor dx({rows * c}), dgamma({c}), dbeta({c}), dbias({c});
  const kernels::BatchNormGradient gradient{.rows = rows,
                                            .c = c,
                                            .x = x.values(),
                                            .dy = dy.values(),
                                            .moments = {channel.values(), channel.values(), channel.values()},
                                            .scale = {},
                                            .shift = {},
                                            .relu_before = true,
                                            .winner = {}};
  Tensor scratch({kernels::batch_norm_backward_scratch_floats(gradient)});
  for (auto _ : state) {
    kernels::batch_norm_backward(gradient, {dx.values(), dgamma.values(), dbeta.values(), dbias.values()},
                                 scratch.values());
  }
  state_bytes(state, 5 * floats(rows * c));
}

void run_max_pool(benchmark::State& state, const kernels::PoolShape& s, bool backward) {
  const Tensor x = random_values(s.x_floats());
  Tensor y({s.y_floats()}), dx({s.x_floats()});
  std::vector<uint8_t> winner(static_cast<size_t>(s.y_floats()));
  kernels::max_pool_forward(s, x.values(), y.values(), winner);
  for (auto _ : state) {
    if (backward)
      kernels::max_pool_backward(s, y.values(), winner, dx.values());
    else
      kernels::max_pool_forward(s, x.values(), y.values(), winner);
  }
  state_bytes(state, floats(s.x_floats() + s.y_floats()) + static_cast<double>(s.y_floats()));
}

void run_dropout(benchmark::State& state, int64_t count) {
  const Tensor x = random_values(count);
  Tensor y({count});
  const RandomStream stream{.seed = 1, .use = RandomUse::kSynthetic};
  for (auto _ : state) kernels::dropout(stream, 0.3f, x.values(), y.values());
  state_bytes(state, 2 * floats(count));
}

void run_relu(benchmark::State& state, int64_t count, bool backward) {
  const Tensor x = random_values(count);
  Tensor y({count});
  for (auto _ : state) {
    if (backward)
      kernels::activation_backward(Activation::kRelu, 0, 1, {}, x.values(), x.values(), y.values());
    else
      kernels::activation_forward(Activation::kRelu, 0, 1, x.values(), y.values());
  }
  state_bytes(state, (backward ? 3 : 2) * floats(count));
}

void run_loss(benchmark::State& state, int64_t classes) {
  const Tensor logits = random_values(kBatch * classes);
  Tensor targets({kBatch * classes}), dlogits({kBatch * classes});
  for (int64_t i = 0; i < kBatch; ++i) targets.values()[static_cast<size_t>(i * classes)] = 1;
  for (auto _ : state)
    kernels::softmax_cross_entropy(classes, logits.values(), targets.values(), {}, 1.0f / kBatch, dlogits.values());
  state_bytes(state, 3 * floats(kBatch * classes));
}

void run_adam(benchmark::State& state, int64_t count) {
  Tensor w = random_values(count), m({count}), v({count});
  const Tensor g = random_values(count);
  for (auto _ : state) kernels::adam_update({.t = 10}, w.values(), g.values(), m.values(), v.values());
  state_bytes(state, 7 * floats(count));
}

void add_layer(const BenchLayer& layer) {
  const std::string name = full_name(layer) + "/";
  const int64_t values = kBatch * layer.output.elements(), c = layer.output[layer.output.rank() - 1], rows = values / c;
  if (std::holds_alternative<BatchNorm>(layer.kind)) {
    add("batch_norm/" + name + "statistics", [=](auto& state) { run_statistics(state, rows, c); });
    add("batch_norm/" + name + "scale_shift_relu", [=](auto& state) { run_scale_shift(state, rows, c); });
    add("batch_norm/" + name + "backward", [=](auto& state) { run_norm_backward(state, rows, c); });
  } else if (const auto* pool = std::get_if<MaxPool2D>(&layer.kind)) {
    const auto s = engine::pool_shape(pool->pool, pool->strides, pool->padding, layer.input, kBatch);
    add("max_pool/" + name + "forward", [=](auto& state) { run_max_pool(state, s, false); });
    add("max_pool/" + name + "backward", [=](auto& state) { run_max_pool(state, s, true); });
  } else if (std::holds_alternative<Dropout>(layer.kind)) {
    add("dropout/" + full_name(layer), [=](auto& state) { run_dropout(state, values); });
  } else if (std::holds_alternative<ActivationLayer>(layer.kind)) {
    add("relu/" + name + "forward", [=](auto& state) { run_relu(state, values, false); });
    add("relu/" + name + "backward", [=](auto& state) { run_relu(state, values, true); });
  }
}

const Registration others([] {
  for (const BenchLayer& layer : bench_layers()) add_layer(layer);
  for (const char* name : {"seed002_vgg8", "seed000_cnn48"}) {
    const Network network = load_network(name);
    const int64_t classes = class_count(network), trained = totals(network).trainable;
    add(std::string("softmax_cross_entropy/") + name, [=](auto& state) { run_loss(state, classes); });
    add(std::string("adam/") + name, [=](auto& state) { run_adam(state, trained); });
  }
});

}  // namespace
}  // namespace fer::bench
