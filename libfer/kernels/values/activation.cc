#include <algorithm>

#include "core/parallel.h"
#include "core/selu.h"
#include "kernels/loss/softmax.h"
#include "kernels/simd/target.h"
#include "kernels/values/elementwise.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/values/activation.cc"
#include <hwy/foreach_target.h>
// clang-format off: the functions of math-inl.h belong to one instruction set, so it follows the loop over them.
#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>
// clang-format on

#include "kernels/simd/masked_load-inl.h"
#include "kernels/simd/relu-inl.h"
#include "kernels/values/gates-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fer::kernels::HWY_NAMESPACE {

using core::kSeluAlpha, core::kSeluScale;

// Each function as forward(x) and backward(dy, x, y): dy times the slope, from y alone where the slope can be written
// so, since then x need not be kept (activation_reads_input). Comparisons are written such that NaN stays NaN.
struct Relu {
  V alpha;
  HWY_INLINE V forward(V x) const { return relu(x); }
  HWY_INLINE V backward(V dy, V, V y) const { return hn::IfThenElseZero(hn::Gt(y, hn::Zero(D())), dy); }
};
struct LeakyRelu {
  V alpha;
  HWY_INLINE V forward(V x) const { return hn::IfThenElse(hn::Gt(x, hn::Zero(D())), x, hn::Mul(alpha, x)); }
  HWY_INLINE V backward(V dy, V, V y) const { return hn::IfThenElse(hn::Gt(y, hn::Zero(D())), dy, hn::Mul(alpha, dy)); }
};
struct Elu {
  V alpha;
  HWY_INLINE V forward(V x) const {
    const V low = hn::Mul(alpha, hn::Expm1(D(), hn::Min(x, hn::Zero(D()))));
    return hn::IfThenElse(hn::Lt(x, hn::Zero(D())), low, x);  // x where it is NaN
  }
  // alpha * exp(x) = y + alpha
  HWY_INLINE V backward(V dy, V, V y) const {
    return hn::IfThenElse(hn::Gt(y, hn::Zero(D())), dy, hn::Mul(dy, hn::Add(y, alpha)));
  }
};
struct Selu {
  V alpha;
  HWY_INLINE V forward(V x) const {
    const V low = hn::Mul(hn::Set(D(), kSeluScale * kSeluAlpha), hn::Expm1(D(), hn::Min(x, hn::Zero(D()))));
    return hn::IfThenElse(hn::Lt(x, hn::Zero(D())), low, hn::Mul(hn::Set(D(), kSeluScale), x));
  }
  // kSeluScale * kSeluAlpha * exp(x) = y + kSeluScale * kSeluAlpha
  HWY_INLINE V backward(V dy, V, V y) const {
    const V low = hn::Add(y, hn::Set(D(), kSeluScale * kSeluAlpha));
    return hn::Mul(dy, hn::IfThenElse(hn::Gt(y, hn::Zero(D())), hn::Set(D(), kSeluScale), low));
  }
};
struct Tanh {
  V alpha;
  HWY_INLINE V forward(V x) const { return hn::Tanh(D(), x); }
  HWY_INLINE V backward(V dy, V, V y) const { return hn::Mul(dy, hn::NegMulAdd(y, y, one())); }
};
struct Sigmoid {
  V alpha;
  HWY_INLINE V forward(V x) const { return hn::IfThenElse(hn::IsNaN(x), x, sigmoid(x)); }
  HWY_INLINE V backward(V dy, V, V y) const { return hn::Mul(dy, hn::Mul(y, hn::Sub(one(), y))); }
};
HWY_INLINE V relu6(V x) { return capped_relu(x, hn::Set(D(), 6.0f)); }
struct Relu6 {
  V alpha;
  HWY_INLINE V forward(V x) const { return relu6(x); }
  HWY_INLINE V backward(V dy, V, V y) const {
    return hn::IfThenElseZero(hn::And(hn::Gt(y, hn::Zero(D())), hn::Lt(y, hn::Set(D(), 6.0f))), dy);
  }
};
HWY_INLINE V sixth(V x) { return hn::Mul(x, hn::Set(D(), 1.0f / 6)); }
HWY_INLINE V hard_sigmoid(V x) { return sixth(relu6(hn::Add(x, hn::Set(D(), 3.0f)))); }
struct HardSigmoid {
  V alpha;
  HWY_INLINE V forward(V x) const { return hard_sigmoid(x); }
  HWY_INLINE V backward(V dy, V, V y) const {
    return hn::IfThenElseZero(hn::And(hn::Gt(y, hn::Zero(D())), hn::Lt(y, one())), sixth(dy));
  }
};
// Of a slope of its own.
struct SlopedHardSigmoid {
  V alpha;
  HWY_INLINE V forward(V x) const { return capped_relu(hn::MulAdd(alpha, x, hn::Set(D(), 0.5f)), one()); }
  HWY_INLINE V backward(V dy, V, V y) const {
    return hn::IfThenElseZero(hn::And(hn::Gt(y, hn::Zero(D())), hn::Lt(y, one())), hn::Mul(alpha, dy));
  }
};
struct HardSwish {
  V alpha;
  // (0 also where x is minus infinity.)
  HWY_INLINE V forward(V x) const {
    return hn::IfThenZeroElse(hn::Le(x, hn::Set(D(), -3.0f)), hn::Mul(x, hard_sigmoid(x)));
  }
  // Between the bends (2 * x + 3) / 6.
  HWY_INLINE V backward(V dy, V x, V) const {
    const V three = hn::Set(D(), 3.0f), slope = sixth(hn::Add(hn::Add(x, x), three));
    const V right = hn::IfThenElse(hn::Lt(x, three), hn::Mul(dy, slope), dy);
    return hn::IfThenZeroElse(hn::Le(x, hn::Neg(three)), right);
  }
};

template <class F>
void forward_range(const F& f, int64_t count, const float* x, float* y) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) hn::StoreU(f.forward(hn::LoadU(D(), x + i)), D(), y + i);
  if (i == count) return;
  const auto mask = hn::FirstN(D(), static_cast<size_t>(count - i));
  hn::BlendedStore(f.forward(masked_load(mask, D(), x + i)), mask, D(), y + i);
}

// x may be null: then it is not read.
template <class F>
void backward_range(const F& f, int64_t count, const float* x, const float* y, const float* dy, float* dx) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const V vx = x == nullptr ? hn::Zero(D()) : hn::LoadU(D(), x + i);
    hn::StoreU(f.backward(hn::LoadU(D(), dy + i), vx, hn::LoadU(D(), y + i)), D(), dx + i);
  }
  if (i == count) return;
  const auto mask = hn::FirstN(D(), static_cast<size_t>(count - i));
  const V vx = x == nullptr ? hn::Zero(D()) : masked_load(mask, D(), x + i);
  hn::BlendedStore(f.backward(masked_load(mask, D(), dy + i), vx, masked_load(mask, D(), y + i)), mask, D(), dx + i);
}

// Calls action with the function's struct.
template <class Action>
HWY_INLINE void with_function(Activation f, float alpha, const Action& action) {
  const V a = hn::Set(D(), alpha);
  switch (f) {
    case Activation::kRelu:
      return action(Relu{a});
    case Activation::kLeakyRelu:
      return action(LeakyRelu{a});
    case Activation::kElu:
      return action(Elu{a});
    case Activation::kSelu:
      return action(Selu{a});
    case Activation::kSilu:
      return action(Silu{a});
    case Activation::kGelu:
      return action(Gelu{a});
    case Activation::kGeluTanh:
      return action(GeluTanh{a});
    case Activation::kMish:
      return action(Mish{a});
    case Activation::kTanh:
      return action(Tanh{a});
    case Activation::kSigmoid:
      return action(Sigmoid{a});
    case Activation::kRelu6:
      return action(Relu6{a});
    case Activation::kHardSigmoid:
      return alpha == 0 ? action(HardSigmoid{a}) : action(SlopedHardSigmoid{a});
    case Activation::kHardSwish:
      return action(HardSwish{a});
    case Activation::kLinear:
    case Activation::kSoftmax:
      return;
  }
}

void ActivationForward(Activation f, float alpha, int64_t count, const float* x, float* y) {
  with_function(f, alpha, [&](const auto& function) HWY_ATTR { forward_range(function, count, x, y); });
}

void ActivationBackward(Activation f, float alpha, int64_t count, const float* x, const float* y, const float* dy,
                        float* dx) {
  with_function(f, alpha, [&](const auto& function) HWY_ATTR { backward_range(function, count, x, y, dy, dx); });
}

}  // namespace fer::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fer::kernels {

HWY_EXPORT(ActivationForward);
HWY_EXPORT(ActivationBackward);

namespace {

constexpr int64_t kGrain = 16384;

float alpha_or_default(Activation f, float alpha) {
  if (alpha != 0) return alpha;
  return f == Activation::kLeakyRelu ? 0.3f : f == Activation::kElu ? 1.0f : 0.0f;
}

}  // namespace

void activation_forward(Activation f, float alpha, int64_t row, std::span<const float> x, std::span<float> y) {
  if (f == Activation::kSoftmax) return softmax_forward(row, x, y);
  if (f == Activation::kLinear) {
    if (x.data() != y.data()) std::copy(x.begin(), x.end(), y.begin());
    return;
  }
  const auto kernel = HWY_DYNAMIC_DISPATCH(ActivationForward);
  parallel_ranges(static_cast<int64_t>(y.size()), kGrain, [&](int64_t begin, int64_t end) {
    kernel(f, alpha_or_default(f, alpha), end - begin, x.data() + begin, y.data() + begin);
  });
}

void activation_backward(Activation f, float alpha, int64_t row, std::span<const float> x, std::span<const float> y,
                         std::span<const float> dy, std::span<float> dx) {
  if (f == Activation::kSoftmax) return softmax_backward(row, y, dy, dx);
  if (f == Activation::kLinear) {
    if (dx.data() != dy.data()) std::copy(dy.begin(), dy.end(), dx.begin());
    return;
  }
  const auto kernel = HWY_DYNAMIC_DISPATCH(ActivationBackward);
  const bool reads_x = activation_reads_input(f);
  parallel_ranges(static_cast<int64_t>(dx.size()), kGrain, [&](int64_t begin, int64_t end) {
    kernel(f, alpha_or_default(f, alpha), end - begin, reads_x ? x.data() + begin : nullptr, y.data() + begin,
           dy.data() + begin, dx.data() + begin);
  });
}

}  // namespace fer::kernels
#endif
