// Functions that are x times a smooth step from 0 to 1. Where the step has come to 0 they are 0, also at minus
// infinity.
#if defined(FER_KERNELS_VALUES_GATES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FER_KERNELS_VALUES_GATES_INL_H
#undef FER_KERNELS_VALUES_GATES_INL_H
#else
#define FER_KERNELS_VALUES_GATES_INL_H
#endif

#include <hwy/contrib/math/math-inl.h>

#include "kernels/simd/relu-inl.h"
#include "kernels/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fer::kernels::HWY_NAMESPACE {

HWY_INLINE V one() { return hn::Set(D(), 1.0f); }

// 1 / (1 + exp(-x)). At 104 exp is infinity and the result 0, so that silu of the lowest values is 0 too; beyond that
// Highway's Exp is not defined. Neither is it for NaN, of which this makes some number.
HWY_INLINE V sigmoid(V x) {
  return hn::Div(one(), hn::Add(one(), hn::Exp(D(), hn::Neg(hn::Max(x, hn::Set(D(), -104.0f))))));
}

struct Silu {
  V alpha;
  HWY_INLINE V forward(V x) const { return hn::Mul(x, sigmoid(x)); }
  // s + x * s * (1 - s) = s + y * (1 - s)
  HWY_INLINE V backward(V dy, V x, V y) const {
    const V s = sigmoid(x);
    return hn::Mul(dy, hn::MulAdd(y, hn::Sub(one(), s), s));
  }
};

// x * Phi(x), with Phi the distribution function of the normal distribution: x - x * Phi(-x) where x > 0. Its tail,
// Phi(-m) for m >= 0, is exp(-m^2 / 2) * t * p(t) with t = 1 / (1 + 0.35 * m): a polynomial p fitted to the least
// largest relative error for m from 0 to 15, 3e-8. Against double y is off by less than 5e-7 of its size
// where x > -1, and by less than 2e-7 of 1 below (tests/kernels/values/activation_test.cc).
struct Gelu {
  V alpha;

  HWY_INLINE V forward(V x) const {
    const V m = hn::Min(hn::Abs(x), far());
    return hn::NegMulAdd(m, tail(m, density(m)), relu(x));
  }
  HWY_INLINE V backward(V dy, V x, V) const {
    const V c = hn::Min(hn::Max(x, hn::Neg(far())), far()), m = hn::Abs(c);
    const V e = density(m), low = tail(m, e);
    const V phi = hn::IfThenElse(hn::Gt(c, hn::Zero(D())), hn::Sub(one(), low), low);
    return hn::Mul(dy, hn::MulAdd(hn::Mul(c, e), hn::Set(D(), 0.3989422804f), phi));  // 1 / sqrt(2 * pi)
  }

 private:
  // From here on the tail is 0 in floats, and exp(-m^2 / 2) is still within what Exp is defined for.
  static HWY_INLINE V far() { return hn::Set(D(), 14.0f); }
  // exp(-m^2 / 2)
  static HWY_INLINE V density(V m) { return hn::Exp(D(), hn::Mul(hn::Mul(m, hn::Set(D(), -0.5f)), m)); }
  static HWY_INLINE V tail(V m, V e) {
    const V t = hn::Div(one(), hn::MulAdd(m, hn::Set(D(), 0.35f), one()));
    V p = hn::Set(D(), kTail[8]);
    FER_UNROLL for (int i = 7; i >= 0; --i) p = hn::MulAdd(p, t, hn::Set(D(), kTail[i]));
    return hn::Mul(hn::Mul(e, t), p);
  }
  static constexpr float kTail[] = {1.396212580e-01f,  1.398643438e-01f,  1.198154391e-01f,
                                    1.055750469e-01f,  -2.326443738e-02f, 1.593938139e-01f,
                                    -2.559026730e-01f, 1.440612019e-01f,  -2.916400921e-02f};
};

// With sigmoids: (1 + tanh(u)) / 2 = sigmoid(2 * u).
struct GeluTanh {
  V alpha;

  HWY_INLINE V forward(V x) const {
    const V low = at_least(x, hn::Neg(far()));
    return hn::Mul(low, sigmoid(twice_u(hn::Min(low, far()))));
  }
  // With e = exp(-|2 * u|), so that 1 - s is not a difference: s * (1 - s) = e / (1 + e)^2.
  HWY_INLINE V backward(V dy, V x, V) const {
    const V c = hn::Min(hn::Max(x, hn::Neg(far())), far());
    const V e = hn::Exp(D(), hn::Neg(hn::Abs(twice_u(c)))), r = hn::Div(one(), hn::Add(one(), e)), low = hn::Mul(e, r);
    const V s = hn::IfThenElse(hn::Gt(c, hn::Zero(D())), r, low);
    const V slope_of_u = hn::MulAdd(hn::Mul(c, c), hn::Set(D(), 3 * kCubic), hn::Set(D(), kLinear));
    return hn::Mul(dy, hn::MulAdd(hn::Mul(c, hn::Mul(low, r)), slope_of_u, s));
  }

 private:
  static constexpr float kLinear = 1.5957691216f;             // 2 * sqrt(2 / pi)
  static constexpr float kCubic = 0.044715f * 1.5957691216f;  // times the paper's constant
  static HWY_INLINE V far() { return hn::Set(D(), 14.0f); }   // where the step is 0 or 1 in floats
  static HWY_INLINE V twice_u(V x) {
    return hn::Mul(x, hn::MulAdd(hn::Mul(x, x), hn::Set(D(), kCubic), hn::Set(D(), kLinear)));
  }
};

// With n = exp(x) and w = n * (n + 2): tanh(log(1 + n)) = w / (w + 2), which is 1 in floats from x = 20 on.
struct Mish {
  V alpha;

  HWY_INLINE V forward(V x) const {
    const V low = at_least(x, hn::Set(D(), -104.0f)), n = power(low), w = wide(n);
    return hn::Mul(low, hn::Div(w, hn::Add(w, hn::Set(D(), 2.0f))));
  }
  // tanh' * sigmoid = 4 * n * (n + 1) / (w + 2)^2
  HWY_INLINE V backward(V dy, V x, V) const {
    const V c = hn::Min(hn::Max(x, hn::Set(D(), -104.0f)), hn::Set(D(), 20.0f)), n = power(c), w = wide(n);
    const V inverse = hn::Div(one(), hn::Add(w, hn::Set(D(), 2.0f)));
    const V step = hn::Mul(hn::Mul(hn::Set(D(), 4.0f), hn::MulAdd(n, n, n)), hn::Mul(inverse, inverse));
    return hn::Mul(dy, hn::MulAdd(c, step, hn::Mul(w, inverse)));
  }

 private:
  static HWY_INLINE V power(V x) { return hn::Exp(D(), hn::Min(x, hn::Set(D(), 20.0f))); }
  static HWY_INLINE V wide(V n) { return hn::Mul(n, hn::Add(n, hn::Set(D(), 2.0f))); }
};

}  // namespace fer::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
