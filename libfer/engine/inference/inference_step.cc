#include "engine/inference/inference_step.h"

#include "engine/kernel_shapes.h"
#include "fer/error.h"
#include "kernels/values/elementwise.h"
#include "kernels/window/pool.h"
#include "kernels/window/spatial.h"

namespace fer::engine {
namespace {

class PoolInference : public InferenceStep {
 public:
  PoolInference(const kernels::PoolShape& shape, bool max) : shape_(shape), max_(max) {}
  void run(const InferenceContext& c) const override {
    kernels::PoolShape s = shape_;
    s.n = c.n;
    const auto in = c.input(x[0], s.h * s.w * s.c);
    const auto out = c.output(y, s.oh * s.ow * s.c);
    max_ ? kernels::max_pool_forward(s, in, out, {}) : kernels::average_pool_forward(s, in, out);
  }

 private:
  kernels::PoolShape shape_;
  bool max_;
};

class ActivationInference : public InferenceStep {
 public:
  ActivationInference(const ActivationLayer& layer, const Shape& shape)
      : layer_(layer), row_(shape[shape.rank() - 1]), floats_(shape.elements()) {}
  void run(const InferenceContext& c) const override {
    kernels::activation_forward(layer_.function, layer_.alpha, row_, c.input(x[0], floats_), c.output(y, floats_));
  }

 private:
  ActivationLayer layer_;
  int64_t row_, floats_;
};

class AddInference : public InferenceStep {
 public:
  explicit AddInference(int64_t floats) : floats_(floats) {}
  void run(const InferenceContext& c) const override {
    const auto out = c.output(y, floats_);
    kernels::add(c.input(x[0], floats_), c.input(x[1], floats_), out);
    for (size_t i = 2; i < x.size(); ++i) kernels::add(out, c.input(x[i], floats_), out);
  }

 private:
  int64_t floats_;
};

class PadInference : public InferenceStep {
 public:
  explicit PadInference(const kernels::PadShape& shape) : shape_(shape) {}
  void run(const InferenceContext& c) const override {
    kernels::PadShape s = shape_;
    s.n = c.n;
    kernels::zero_pad_forward(s, c.input(x[0], s.h * s.w * s.c),
                              c.output(y, (s.h + 2 * s.pad) * (s.w + 2 * s.pad) * s.c));
  }

 private:
  kernels::PadShape shape_;
};

class ResizeInference : public InferenceStep {
 public:
  explicit ResizeInference(const kernels::ResizeShape& shape) : shape_(shape) {}
  void run(const InferenceContext& c) const override {
    kernels::ResizeShape s = shape_;
    s.n = c.n;
    kernels::resize_bilinear_forward(s, c.input(x[0], s.h * s.w * s.c), c.output(y, s.oh * s.ow * s.c));
  }

 private:
  kernels::ResizeShape shape_;
};

}  // namespace

std::unique_ptr<InferenceStep> make_inference_step(const Node& node) {
  const Shape &in = node.input, &out = node.output;
  if (const auto* pool = std::get_if<MaxPool2D>(&node.kind)) {
    return std::make_unique<PoolInference>(pool_shape(pool->pool, pool->strides, pool->padding, in, 1), true);
  }
  if (const auto* pool = std::get_if<AveragePool2D>(&node.kind)) {
    return std::make_unique<PoolInference>(pool_shape(pool->pool, pool->strides, pool->padding, in, 1), false);
  }
  if (std::holds_alternative<Multiply>(node.kind) || std::holds_alternative<Concat>(node.kind))
    return make_combining_inference(node);
  if (std::holds_alternative<GlobalMaxPool2D>(node.kind))
    return std::make_unique<PoolInference>(global_pool_shape(in, 1), true);
  if (std::holds_alternative<GlobalAveragePool2D>(node.kind))
    return std::make_unique<PoolInference>(global_pool_shape(in, 1), false);
  if (const auto* layer = std::get_if<ActivationLayer>(&node.kind))
    return std::make_unique<ActivationInference>(*layer, out);
  if (std::holds_alternative<Add>(node.kind)) return std::make_unique<AddInference>(out.elements());
  if (const auto* pad = std::get_if<ZeroPad2D>(&node.kind)) {
    return std::make_unique<PadInference>(
        kernels::PadShape{.n = 1, .h = in[0], .w = in[1], .c = in[2], .pad = pad->pad});
  }
  if (std::holds_alternative<Resize>(node.kind)) {
    return std::make_unique<ResizeInference>(
        kernels::ResizeShape{.n = 1, .h = in[0], .w = in[1], .c = in[2], .oh = out[0], .ow = out[1]});
  }
  throw Error(std::string("layer type ") + layer_type_name(node.kind) + ": no step for inference");
}

}  // namespace fer::engine
