// An optimizer's moments and its step over a whole network's trainable weights.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fer/model.h"
#include "fer/optimizer.h"
#include "train/step/named_array.h"

namespace fer::train {

class OptimizerState {
 public:
  // layer_rates: a factor of the learning rate for each layer of the network, or empty: 1. first_steps: the step, from
  // 0, in which each layer is trained first, or empty: 0. Its moments and its count of steps begin there, as those of a
  // PyTorch parameter do that gets its first gradient.
  OptimizerState(const Optimizer& optimizer, const ParameterLayout& layout, std::span<const float> layer_rates = {},
                 std::span<const int64_t> first_steps = {});

  // t counts steps from 1. weights [layout.total_floats], of which the trainable ones are changed.
  void step(float base_rate, int64_t t, std::span<float> weights, std::span<const float> gradients);

  // "moment1" and "moment2" (Adam); "moment1" (SGD with momentum); "mean_square", "mean_gradient" (centered) and
  // "velocity" (with momentum) (RMSprop); or none.
  std::vector<NamedArray> arrays();

 private:
  // A stretch of the flat arrays whose parameters are treated alike.
  struct Stretch {
    int64_t begin = 0, end = 0;
    float decay = 0;
    float rate = 1;  // a factor of the learning rate
    int64_t first_step = 0;
  };
  static std::vector<Stretch> stretches(const Optimizer& optimizer, const ParameterLayout& layout,
                                        std::span<const float> layer_rates, std::span<const int64_t> first_steps);

  Optimizer optimizer_;
  std::vector<Stretch> stretches_;
  // What the optimizer keeps of every weight, by the names above.
  struct Moment {
    const char* name;
    Tensor values;
  };
  std::span<float> moment(const char* name);
  std::vector<Moment> moments_;
};

// Scales or cuts the gradient as asked. Returns the norm it had before: not finite where any value is not.
double clip_gradient(const GradientClipping& clipping, std::span<float> gradients);

}  // namespace fer::train
