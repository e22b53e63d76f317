// Plain descriptions of optimizers and learning-rate schedules. The updates are in kernels/update/optimizer.h.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "fer/export.h"

namespace FER_PUBLIC fer {

// Kingma and Ba 2015, in Keras's form:
//   m = beta1*m + (1-beta1)*g;  v = beta2*v + (1-beta2)*g^2;  w -= lr * sqrt(1-beta2^t)/(1-beta1^t) * m / (sqrt(v) +
//   epsilon)
// PyTorch adds epsilon after the bias correction of v (and 1e-8): with epsilon 1e-7 here the two differ by less than
// 1e-6 relative wherever |g| > 1e-3.
struct Adam {
  float learning_rate = 1e-3f, beta1 = 0.9f, beta2 = 0.999f, epsilon = 1e-7f;
};
// Adam with decoupled weight decay (Loshchilov and Hutter 2019): w -= lr * decay * w before the step. The decay of
// kernels is weight_decay, that of batch norms' scales and shifts norm_weight_decay, that of convolutions' and dense
// layers' biases bias_weight_decay; slopes of PReLU have none.
struct AdamW {
  float learning_rate = 1e-3f, beta1 = 0.9f, beta2 = 0.999f, epsilon = 1e-7f, weight_decay = 4e-3f;
  float norm_weight_decay = 0, bias_weight_decay = 0;
};
// v = momentum*v - lr*g;  w += v, or with Nesterov w += momentum*v - lr*g (Keras's form; Sutskever et al. 2013).
// weight_decay adds weight_decay * w to the gradient of kernels; the other two decays are of the weights that AdamW's
// are of.
struct Sgd {
  float learning_rate = 1e-2f, momentum = 0.0f, weight_decay = 0.0f;
  bool nesterov = false;
  float norm_weight_decay = 0, bias_weight_decay = 0;
};
// RMSprop (Tieleman and Hinton 2012), as Keras 1 and 2 have it:
//   r = rho*r + (1-rho)*g^2, from 0;  step = lr * g / (sqrt(r) + epsilon);  w -= step
//   momentum > 0: v = momentum*v + step;  w -= v
//   centered: a = rho*a + (1-rho)*g, and r - a^2 (at least 0) in the place of r
// (Keras 3 has epsilon inside the root, and so has Keras 2 with momentum: the same but for gradients of about 1e-4.)
struct RmsProp {
  float learning_rate = 1e-3f, rho = 0.9f, momentum = 0.0f, epsilon = 1e-7f;
  bool centered = false;
};
// RMSprop as TensorFlow 1's tf.train.RMSPropOptimizer, which calls rho `decay` and gives no learning rate: r begins at
// 1, so that the first steps are small, and step = lr * g / sqrt(r + epsilon). The rest as above.
struct RmsPropTf1 {
  float learning_rate = 1e-3f, rho = 0.9f, momentum = 0.0f, epsilon = 1e-10f;
  bool centered = false;
};
using Optimizer = std::variant<Adam, AdamW, Sgd, RmsProp, RmsPropTf1>;

float learning_rate_of(const Optimizer& optimizer);
const char* optimizer_name(const Optimizer& optimizer);  // "adam", "adamw", "sgd", "rmsprop", "rmsprop-tf1"

// Clipping of the gradient before the update; 0 means none. norm: of the whole gradient (PyTorch's clip_grad_norm_,
// Keras's global_clipnorm). value: each element.
struct GradientClipping {
  float norm = 0, value = 0;
};

// The learning rate as a function of the step, as a factor of the optimizer's own.
struct ConstantSchedule {};
// Rises linearly from 0 over warmup_epochs, then falls along half a cosine to `final_factor` at the last epoch
// (Loshchilov and Hutter 2017); changes with every step.
struct CosineSchedule {
  double warmup_epochs = 0, final_factor = 0;
};
// Multiplies the rate by `factor` every `every_epochs` epochs.
struct StepSchedule {
  int64_t every_epochs = 10;
  double factor = 0.1;
};
using Schedule = std::variant<ConstantSchedule, CosineSchedule, StepSchedule>;

// The factor at step `step` (0-based) of `steps_per_epoch * epochs`.
double schedule_factor(const Schedule& schedule, int64_t step, int64_t steps_per_epoch, int64_t epochs);

}  // namespace fer
