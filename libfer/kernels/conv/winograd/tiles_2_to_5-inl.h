// F(2,3), F(3,3), F(4,3) and F(5,3): steps-inl.h says what the functions are.
//
// The points of F(3,3), F(4,3) and F(5,3) were searched for among fractions of small powers of two, for the least error
// where the transformed values are rounded: half of that with the usual 0, 1, -1, 2, -2, 1/2 (after Barabasz et al.,
// "Error analysis and improving the accuracy of Winograd convolution", 2020). For instance F(3,3): with the points
// +-1/2 and +-5/4, f_p of p = 1/2 is (x + 1/2)(x^2 - 25/16) = x^3 + x^2/2 - 1.5625 x - 0.78125, the first row of
// input(); its value at 1/2 is 1 * (1/4 - 25/16) = -21/16, by which filter() divides: -16/21.
#if defined(FER_KERNELS_CONV_WINOGRAD_TILES_2_TO_5_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FER_KERNELS_CONV_WINOGRAD_TILES_2_TO_5_INL_H
#undef FER_KERNELS_CONV_WINOGRAD_TILES_2_TO_5_INL_H
#else
#define FER_KERNELS_CONV_WINOGRAD_TILES_2_TO_5_INL_H
#endif

#include "kernels/conv/winograd/steps-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fer::kernels::HWY_NAMESPACE {

// F(2,3), points 0, 1, -1. f = x^3 - x; f_0(0) = -1, and its rows of input() and filter() have their sign turned, as
// has that of infinity in input() and output().
template <>
struct Winograd<2, 3> {
  static HWY_INLINE void input(const V* d, V* t) {
    t[0] = hn::Sub(d[0], d[2]);
    t[1] = hn::Add(d[1], d[2]);
    t[2] = hn::Sub(d[2], d[1]);
    t[3] = hn::Sub(d[1], d[3]);
  }
  static HWY_INLINE void output(const V* m, V* y) {
    y[0] = hn::Add(hn::Add(m[0], m[1]), m[2]);
    y[1] = hn::Sub(hn::Sub(m[1], m[2]), m[3]);
  }
  static HWY_INLINE void gradient(const V* y, V* t) {
    t[0] = y[0];
    t[1] = hn::Add(y[0], y[1]);
    t[2] = hn::Sub(y[0], y[1]);
    t[3] = hn::Neg(y[1]);
  }
  static HWY_INLINE void filter(const V* g, V* u) {
    const V even = times(0.5f, hn::Add(g[0], g[2])), odd = times(0.5f, g[1]);
    u[0] = g[0];
    u[1] = hn::Add(even, odd);
    u[2] = hn::Sub(even, odd);
    u[3] = g[2];
  }
  static HWY_INLINE void weights(const V* u, V* g) {
    const V sum = times(0.5f, hn::Add(u[1], u[2]));
    g[0] = hn::Add(u[0], sum);
    g[1] = times(0.5f, hn::Sub(u[1], u[2]));
    g[2] = hn::Add(u[3], sum);
  }
};

// F(3,3), points 1/2, -1/2, 5/4, -5/4.
template <>
struct Winograd<3, 3> {
  static HWY_INLINE void input(const V* d, V* t) {
    plus_minus(plus_times(d[3], -1.5625f, d[1]), 0.5f, plus_times(d[2], -1.5625f, d[0]), t);
    plus_minus(plus_times(d[3], -0.25f, d[1]), 1.25f, plus_times(d[2], -0.25f, d[0]), t + 2);
    t[4] = plus_times(plus_times(d[4], -1.8125f, d[2]), 0.390625f, d[0]);
  }
  static HWY_INLINE void output(const V* m, V* y) {
    const V a = hn::Add(m[0], m[1]), b = hn::Add(m[2], m[3]);
    y[0] = hn::Add(a, b);
    y[1] = plus_times(times(0.5f, hn::Sub(m[0], m[1])), 1.25f, hn::Sub(m[2], m[3]));
    y[2] = plus_times(plus_times(m[4], 0.25f, a), 1.5625f, b);
  }
  static HWY_INLINE void gradient(const V* y, V* t) {
    plus_minus(plus_times(y[0], 0.25f, y[2]), 0.5f, y[1], t);
    plus_minus(plus_times(y[0], 1.5625f, y[2]), 1.25f, y[1], t + 2);
    t[4] = y[2];
  }
  static HWY_INLINE void filter(const V* g, V* u) {
    plus_minus(times(-8.0f / 21, g[1]), -16.0f / 21, plus_times(g[0], 0.25f, g[2]), u);
    plus_minus(times(8.0f / 21, g[1]), 32.0f / 105, plus_times(g[0], 1.5625f, g[2]), u + 2);
    u[4] = g[2];
  }
  static HWY_INLINE void weights(const V* u, V* g) {
    const V a = times(-16.0f / 21, hn::Sub(u[0], u[1])), b = times(32.0f / 105, hn::Sub(u[2], u[3]));
    g[0] = hn::Add(a, b);
    g[1] = times(8.0f / 21, hn::Sub(hn::Add(u[2], u[3]), hn::Add(u[0], u[1])));
    g[2] = plus_times(plus_times(u[4], 0.25f, a), 1.5625f, b);
  }
};

// F(4,3), points 0, 5/8, -5/8, 3/2, -3/2.
template <>
struct Winograd<4, 3> {
  static HWY_INLINE void input(const V* d, V* t) {
    t[0] = plus_times(plus_times(d[4], -2.640625f, d[2]), 0.87890625f, d[0]);
    plus_minus(plus_times(d[4], -2.25f, d[2]), 0.625f, plus_times(d[3], -2.25f, d[1]), t + 1);
    plus_minus(plus_times(d[4], -0.390625f, d[2]), 1.5f, plus_times(d[3], -0.390625f, d[1]), t + 3);
    t[5] = plus_times(plus_times(d[5], -2.640625f, d[3]), 0.87890625f, d[1]);
  }
  static HWY_INLINE void output(const V* m, V* y) {
    const V a = hn::Add(m[1], m[2]), b = hn::Sub(m[1], m[2]), c = hn::Add(m[3], m[4]), e = hn::Sub(m[3], m[4]);
    y[0] = hn::Add(hn::Add(m[0], a), c);
    y[1] = plus_times(times(0.625f, b), 1.5f, e);
    y[2] = plus_times(times(0.390625f, a), 2.25f, c);
    y[3] = plus_times(plus_times(m[5], 0.244140625f, b), 3.375f, e);
  }
  static HWY_INLINE void gradient(const V* y, V* t) {
    t[0] = y[0];
    plus_minus(plus_times(y[0], 0.390625f, y[2]), 0.625f, plus_times(y[1], 0.390625f, y[3]), t + 1);
    plus_minus(plus_times(y[0], 2.25f, y[2]), 1.5f, plus_times(y[1], 2.25f, y[3]), t + 3);
    t[5] = y[3];
  }
  static HWY_INLINE void filter(const V* g, V* u) {
    u[0] = times(256.0f / 225, g[0]);
    plus_minus(plus_times(times(-2048.0f / 2975, g[0]), -32.0f / 119, g[2]), -256.0f / 595, g[1], u + 1);
    plus_minus(plus_times(times(128.0f / 1071, g[0]), 32.0f / 119, g[2]), 64.0f / 357, g[1], u + 3);
    u[5] = g[2];
  }
  static HWY_INLINE void weights(const V* u, V* g) {
    const V a = hn::Add(u[1], u[2]), b = hn::Sub(u[1], u[2]), c = hn::Add(u[3], u[4]), e = hn::Sub(u[3], u[4]);
    g[0] = plus_times(plus_times(times(256.0f / 225, u[0]), -2048.0f / 2975, a), 128.0f / 1071, c);
    g[1] = plus_times(times(-256.0f / 595, b), 64.0f / 357, e);
    g[2] = plus_times(u[5], 32.0f / 119, hn::Sub(c, a));
  }
};

// F(5,3), points 1/4, -1/4, 3/4, -3/4, 7/4, -7/4.
template <>
struct Winograd<5, 3> {
  static HWY_INLINE void input(const V* d, V* t) {
    plus_minus(plus_times(plus_times(d[5], -3.625f, d[3]), 1.72265625f, d[1]), 0.25f,
               plus_times(plus_times(d[4], -3.625f, d[2]), 1.72265625f, d[0]), t);
    plus_minus(plus_times(plus_times(d[5], -3.125f, d[3]), 0.19140625f, d[1]), 0.75f,
               plus_times(plus_times(d[4], -3.125f, d[2]), 0.19140625f, d[0]), t + 2);
    plus_minus(plus_times(plus_times(d[5], -0.625f, d[3]), 0.03515625f, d[1]), 1.75f,
               plus_times(plus_times(d[4], -0.625f, d[2]), 0.03515625f, d[0]), t + 4);
    t[6] = plus_times(plus_times(plus_times(d[6], -3.6875f, d[4]), 1.94921875f, d[2]), -0.107666015625f, d[0]);
  }
  static HWY_INLINE void output(const V* m, V* y) {
    V a[2], b[2], c[2];
    sum_and_difference(m[0], m[1], a);
    sum_and_difference(m[2], m[3], b);
    sum_and_difference(m[4], m[5], c);
    y[0] = hn::Add(hn::Add(a[0], b[0]), c[0]);
    y[1] = plus_times(plus_times(times(0.25f, a[1]), 0.75f, b[1]), 1.75f, c[1]);
    y[2] = plus_times(plus_times(times(0.0625f, a[0]), 0.5625f, b[0]), 3.0625f, c[0]);
    y[3] = plus_times(plus_times(times(0.015625f, a[1]), 0.421875f, b[1]), 5.359375f, c[1]);
    y[4] = plus_times(plus_times(plus_times(m[6], 0.00390625f, a[0]), 0.31640625f, b[0]), 9.37890625f, c[0]);
  }
  static HWY_INLINE void gradient(const V* y, V* t) {
    plus_minus(plus_times(plus_times(y[0], 0.0625f, y[2]), 0.00390625f, y[4]), 0.25f, plus_times(y[1], 0.0625f, y[3]),
               t);
    plus_minus(plus_times(plus_times(y[0], 0.5625f, y[2]), 0.31640625f, y[4]), 0.75f, plus_times(y[1], 0.5625f, y[3]),
               t + 2);
    plus_minus(plus_times(plus_times(y[0], 3.0625f, y[2]), 9.37890625f, y[4]), 1.75f, plus_times(y[1], 3.0625f, y[3]),
               t + 4);
    t[6] = y[4];
  }
  static HWY_INLINE void filter(const V* g, V* u) {
    plus_minus(times(1.0f / 3, g[1]), 4.0f / 3, plus_times(g[0], 0.0625f, g[2]), u);
    plus_minus(times(-2.0f / 5, g[1]), -8.0f / 15, plus_times(g[0], 0.5625f, g[2]), u + 2);
    plus_minus(times(1.0f / 15, g[1]), 4.0f / 105, plus_times(g[0], 3.0625f, g[2]), u + 4);
    u[6] = g[2];
  }
  static HWY_INLINE void weights(const V* u, V* g) {
    const V a = times(4.0f / 3, hn::Sub(u[0], u[1])), b = times(-8.0f / 15, hn::Sub(u[2], u[3])),
            c = times(4.0f / 105, hn::Sub(u[4], u[5]));
    g[0] = hn::Add(hn::Add(a, b), c);
    g[1] = plus_times(plus_times(times(1.0f / 3, hn::Add(u[0], u[1])), -2.0f / 5, hn::Add(u[2], u[3])), 1.0f / 15,
                      hn::Add(u[4], u[5]));
    g[2] = plus_times(plus_times(plus_times(u[6], 0.0625f, a), 0.5625f, b), 3.0625f, c);
  }
};

}  // namespace fer::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
