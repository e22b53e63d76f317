#include "kernels/update/optimizer.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "kernels/simd/target.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/update/optimizer.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/simd/masked_load-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fer::kernels::HWY_NAMESPACE {

// Kingma and Ba 2015, with the bias corrections drawn into the step size as in their section 2 and in Keras:
//   step_size = learning_rate * sqrt(1 - beta2^t) / (1 - beta1^t)
// AdamW (Loshchilov and Hutter 2019) also scales w by 1 - decay.
void Adam(const AdamStep& step, float step_size, int64_t count, float* w, const float* g, float* m, float* v) {
  const D d;
  const V beta1 = hn::Set(d, step.beta1), beta2 = hn::Set(d, step.beta2), rest1 = hn::Set(d, 1 - step.beta1),
          rest2 = hn::Set(d, 1 - step.beta2);
  const V epsilon = hn::Set(d, step.epsilon), size = hn::Set(d, step_size), kept = hn::Set(d, 1 - step.decay);
  for (int64_t i = 0; i < count; i += kLanes) {
    const auto mask = hn::FirstN(d, static_cast<size_t>(std::min(kLanes, count - i)));
    const V gradient = masked_load(mask, d, g + i);
    const V first = hn::MulAdd(beta1, masked_load(mask, d, m + i), hn::Mul(rest1, gradient));
    const V second = hn::MulAdd(beta2, masked_load(mask, d, v + i), hn::Mul(rest2, hn::Mul(gradient, gradient)));
    const V change = hn::Div(hn::Mul(size, first), hn::Add(hn::Sqrt(second), epsilon));
    hn::BlendedStore(first, mask, d, m + i);
    hn::BlendedStore(second, mask, d, v + i);
    hn::BlendedStore(hn::Sub(hn::Mul(masked_load(mask, d, w + i), kept), change), mask, d, w + i);
  }
}

// mean_gradient (centered) and velocity (momentum) may be null. Keras adds epsilon to the root, TensorFlow 1 under it.
void RmsProp(const RmsPropStep& step, int64_t count, float* w, const float* g, float* mean_square, float* mean_gradient,
             float* velocity) {
  const D d;
  const V rho = hn::Set(d, step.rho), rest = hn::Set(d, 1 - step.rho), rate = hn::Set(d, step.learning_rate),
          momentum = hn::Set(d, step.momentum);
  const V inside = hn::Set(d, step.epsilon_in_root ? step.epsilon : 0.0f),
          outside = hn::Set(d, step.epsilon_in_root ? 0.0f : step.epsilon);
  for (int64_t i = 0; i < count; i += kLanes) {
    const auto mask = hn::FirstN(d, static_cast<size_t>(std::min(kLanes, count - i)));
    const V gradient = masked_load(mask, d, g + i);
    const V square = hn::MulAdd(rho, masked_load(mask, d, mean_square + i), hn::Mul(rest, hn::Mul(gradient, gradient)));
    hn::BlendedStore(square, mask, d, mean_square + i);
    V variance = square;
    if (mean_gradient != nullptr) {
      const V mean = hn::MulAdd(rho, masked_load(mask, d, mean_gradient + i), hn::Mul(rest, gradient));
      hn::BlendedStore(mean, mask, d, mean_gradient + i);
      // Rounding may leave a little less than nothing.
      variance = hn::Max(hn::NegMulAdd(mean, mean, square), hn::Zero(d));
    }
    V change = hn::Div(hn::Mul(rate, gradient), hn::Add(hn::Sqrt(hn::Add(variance, inside)), outside));
    if (velocity != nullptr) {
      change = hn::MulAdd(momentum, masked_load(mask, d, velocity + i), change);
      hn::BlendedStore(change, mask, d, velocity + i);
    }
    hn::BlendedStore(hn::Sub(masked_load(mask, d, w + i), change), mask, d, w + i);
  }
}

}  // namespace fer::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fer::kernels {

HWY_EXPORT(Adam);
HWY_EXPORT(RmsProp);

namespace {
// Values of one piece of parallel work: 64 KiB of each array, so that a piece outweighs handing it out.
constexpr int64_t kGrain = 16384;
}  // namespace

void adam_update(const AdamStep& step, std::span<float> w, std::span<const float> g, std::span<float> m,
                 std::span<float> v) {
  const double t = static_cast<double>(step.t);
  const auto size =
      static_cast<float>(step.learning_rate * std::sqrt(1 - std::pow(static_cast<double>(step.beta2), t)) /
                         (1 - std::pow(static_cast<double>(step.beta1), t)));
  const auto kernel = HWY_DYNAMIC_DISPATCH(Adam);
  parallel_ranges(static_cast<int64_t>(w.size()), kGrain, [&](int64_t begin, int64_t end) {
    kernel(step, size, end - begin, w.data() + begin, g.data() + begin, m.data() + begin, v.data() + begin);
  });
}

void sgd_update(const SgdStep& step, std::span<float> w, std::span<const float> g, std::span<float> velocity) {
  parallel_ranges(static_cast<int64_t>(w.size()), kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const float change = -step.learning_rate * (g[i] + step.weight_decay * w[i]);
      if (velocity.empty()) {
        w[i] += change;
        continue;
      }
      velocity[i] = step.momentum * velocity[i] + change;
      w[i] += step.nesterov ? step.momentum * velocity[i] + change : velocity[i];
    }
  });
}

void rmsprop_update(const RmsPropStep& step, std::span<float> w, std::span<const float> g,
                    const RmsPropMoments& moments) {
  const auto kernel = HWY_DYNAMIC_DISPATCH(RmsProp);
  const auto from = [](std::span<float> values, int64_t begin) {
    return values.empty() ? nullptr : values.data() + begin;
  };
  parallel_ranges(static_cast<int64_t>(w.size()), kGrain, [&](int64_t begin, int64_t end) {
    kernel(step, end - begin, w.data() + begin, g.data() + begin, moments.mean_square.data() + begin,
           from(moments.mean_gradient, begin), from(moments.velocity, begin));
  });
}

void average_update(float decay, std::span<const float> w, std::span<float> average) {
  parallel_ranges(static_cast<int64_t>(w.size()), kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) average[i] = decay * average[i] + (1 - decay) * w[i];
  });
}

}  // namespace fer::kernels
#endif
