// Zero padding, cutting off, repeating and resizing.
#include "kernels/window/spatial.h"

#include <type_traits>

#include "engine/layers/layers.h"

namespace fer::engine {
namespace {

kernels::PadShape pad_shape(const Operation& operation) {
  const Shape& in = operation.input;
  return {.n = 1, .h = in[0], .w = in[1], .c = in[2], .pad = std::get<ZeroPad2D>(operation.kind).pad};
}

kernels::CropShape crop_shape(const Operation& operation) {
  const Shape& in = operation.input;
  const auto& [rows, columns] = std::get<Crop2D>(operation.kind);
  return {.n = 1,
          .h = in[0],
          .w = in[1],
          .c = in[2],
          .top = rows[0],
          .bottom = rows[1],
          .left = columns[0],
          .right = columns[1]};
}

kernels::UpSampleShape upsample_shape(const Operation& operation) {
  const Shape& in = operation.input;
  const auto& [size] = std::get<UpSample2D>(operation.kind);
  return {.n = 1, .h = in[0], .w = in[1], .c = in[2], .rows = size[0], .columns = size[1]};
}

kernels::ResizeShape resize_shape(const Operation& operation) {
  const Shape &in = operation.input, &out = operation.output;
  return {.n = 1, .h = in[0], .w = in[1], .c = in[2], .oh = out[0], .ow = out[1]};
}

template <auto kShape, auto kForward, auto kBackward>
class SpatialStep : public TrainingStep {
 public:
  explicit SpatialStep(const TrainingParts& parts)
      : shape_(kShape(parts.operation)),
        input_floats_(parts.operation.input.elements()),
        output_floats_(parts.operation.output.elements()),
        buffers_(parts.buffers) {
    parts.use_all();
  }

  void forward(const TrainingContext& c) override {
    kForward(shape_of(c), c.view(buffers_.x[0], input_floats_), c.view(buffers_.y, output_floats_));
  }
  void backward(const TrainingContext& c) override {
    if (buffers_.dx[0] == kNoBuffer) return;
    kBackward(shape_of(c), c.view(buffers_.dy, output_floats_), c.view(buffers_.dx[0], input_floats_));
  }

 private:
  auto shape_of(const TrainingContext& c) const {
    auto s = shape_;
    s.n = c.n;
    return s;
  }

  std::invoke_result_t<decltype(kShape), const Operation&> shape_;  // of one picture
  int64_t input_floats_, output_floats_;
  TrainingBuffers buffers_;
};

template <auto kShape, auto kForward>
class SpatialInference : public InferenceStep {
 public:
  explicit SpatialInference(const InferenceParts& parts)
      : shape_(kShape(parts.operation)),
        input_floats_(parts.operation.input.elements()),
        output_floats_(parts.operation.output.elements()) {}
  void run(const InferenceContext& c) const override {
    auto s = shape_;
    s.n = c.n;
    kForward(s, c.input(x[0], input_floats_), c.output(y, output_floats_));
  }

 private:
  std::invoke_result_t<decltype(kShape), const Operation&> shape_;
  int64_t input_floats_, output_floats_;
};

}  // namespace

LayerSteps layer_steps(const ZeroPad2D&, const Operation&) {
  return {{},
          make_training<SpatialStep<pad_shape, kernels::zero_pad_forward, kernels::zero_pad_backward>>,
          make_inference<SpatialInference<pad_shape, kernels::zero_pad_forward>>};
}
LayerSteps layer_steps(const Crop2D&, const Operation&) {
  return {{},
          make_training<SpatialStep<crop_shape, kernels::crop_forward, kernels::crop_backward>>,
          make_inference<SpatialInference<crop_shape, kernels::crop_forward>>};
}
LayerSteps layer_steps(const UpSample2D&, const Operation&) {
  return {{},
          make_training<SpatialStep<upsample_shape, kernels::upsample_forward, kernels::upsample_backward>>,
          make_inference<SpatialInference<upsample_shape, kernels::upsample_forward>>};
}
LayerSteps layer_steps(const Resize&, const Operation&) {
  return {{},
          make_training<SpatialStep<resize_shape, kernels::resize_bilinear_forward, kernels::resize_bilinear_backward>>,
          make_inference<SpatialInference<resize_shape, kernels::resize_bilinear_forward>>};
}

}  // namespace fer::engine
