// F(6,3) and F(4,5), which share their eight points 0, 1, -1, 2, -2, 1/2, -1/2 and infinity, and therefore the
// transform of the input. steps-inl.h says what the functions are.
//
// f = x (x^2 - 1)(x^2 - 4)(x^2 - 1/4) = x^7 - 5.25 x^5 + 5.25 x^3 - x is the last row of input(). f_0(0) = -1: both its
// row of input() and that of filter() have their sign turned.
#if defined(FER_KERNELS_CONV_WINOGRAD_TILES_6_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FER_KERNELS_CONV_WINOGRAD_TILES_6_INL_H
#undef FER_KERNELS_CONV_WINOGRAD_TILES_6_INL_H
#else
#define FER_KERNELS_CONV_WINOGRAD_TILES_6_INL_H
#endif

#include "kernels/conv/winograd/steps-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fer::kernels::HWY_NAMESPACE {

// F(6,3), points 0, 1, -1, 2, -2, 1/2, -1/2.
template <>
struct Winograd<6, 3> {
  static HWY_INLINE void input(const V* d, V* t) {
    t[0] = plus_times(hn::Sub(d[0], d[6]), 5.25f, hn::Sub(d[4], d[2]));
    sum_and_difference(plus_times(hn::Add(d[2], d[6]), -4.25f, d[4]), plus_times(hn::Add(d[1], d[5]), -4.25f, d[3]),
                       t + 1);
    sum_and_difference(plus_times(plus_times(d[6], 0.25f, d[2]), -1.25f, d[4]),
                       plus_times(plus_times(times(0.5f, d[1]), -2.5f, d[3]), 2.0f, d[5]), t + 3);
    sum_and_difference(plus_times(plus_times(d[6], 4.0f, d[2]), -5.0f, d[4]),
                       plus_times(plus_times(times(2.0f, d[1]), -2.5f, d[3]), 0.5f, d[5]), t + 5);
    t[7] = plus_times(hn::Sub(d[7], d[1]), 5.25f, hn::Sub(d[3], d[5]));
  }
  static HWY_INLINE void output(const V* m, V* y) {
    V one[2], two[2], half[2];
    sum_and_difference(m[1], m[2], one);
    sum_and_difference(m[3], m[4], two);
    sum_and_difference(m[5], m[6], half);
    y[0] = hn::Add(hn::Add(m[0], one[0]), hn::Add(two[0], half[0]));
    y[1] = plus_times(plus_times(one[1], 2.0f, two[1]), 0.5f, half[1]);
    y[2] = plus_times(plus_times(one[0], 4.0f, two[0]), 0.25f, half[0]);
    y[3] = plus_times(plus_times(one[1], 8.0f, two[1]), 0.125f, half[1]);
    y[4] = plus_times(plus_times(one[0], 16.0f, two[0]), 0.0625f, half[0]);
    y[5] = hn::Add(plus_times(plus_times(one[1], 32.0f, two[1]), 0.03125f, half[1]), m[7]);
  }
  static HWY_INLINE void gradient(const V* y, V* t) {
    t[0] = y[0];
    sum_and_difference(hn::Add(hn::Add(y[0], y[2]), y[4]), hn::Add(hn::Add(y[1], y[3]), y[5]), t + 1);
    sum_and_difference(plus_times(plus_times(y[0], 4.0f, y[2]), 16.0f, y[4]),
                       plus_times(plus_times(times(2.0f, y[1]), 8.0f, y[3]), 32.0f, y[5]), t + 3);
    sum_and_difference(plus_times(plus_times(y[0], 0.25f, y[2]), 0.0625f, y[4]),
                       plus_times(plus_times(times(0.5f, y[1]), 0.125f, y[3]), 0.03125f, y[5]), t + 5);
    t[7] = y[5];
  }
  static HWY_INLINE void filter(const V* g, V* u) {
    u[0] = g[0];
    sum_and_difference(times(-2.0f / 9, hn::Add(g[0], g[2])), times(-2.0f / 9, g[1]), u + 1);
    sum_and_difference(plus_times(times(1.0f / 90, g[0]), 2.0f / 45, g[2]), times(1.0f / 45, g[1]), u + 3);
    sum_and_difference(plus_times(times(32.0f / 45, g[0]), 8.0f / 45, g[2]), times(16.0f / 45, g[1]), u + 5);
    u[7] = g[2];
  }
  static HWY_INLINE void weights(const V* u, V* g) {
    V one[2], two[2], half[2];
    sum_and_difference(u[1], u[2], one);
    sum_and_difference(u[3], u[4], two);
    sum_and_difference(u[5], u[6], half);
    g[0] = plus_times(plus_times(plus_times(u[0], -2.0f / 9, one[0]), 1.0f / 90, two[0]), 32.0f / 45, half[0]);
    g[1] = plus_times(plus_times(times(-2.0f / 9, one[1]), 1.0f / 45, two[1]), 16.0f / 45, half[1]);
    g[2] = plus_times(plus_times(plus_times(u[7], -2.0f / 9, one[0]), 2.0f / 45, two[0]), 8.0f / 45, half[0]);
  }
};

// F(4,5), the points of F(6,3) and therefore its input transform.
template <>
struct Winograd<4, 5> {
  static HWY_INLINE void input(const V* d, V* t) { Winograd<6, 3>::input(d, t); }
  static HWY_INLINE void output(const V* m, V* y) {
    V one[2], two[2], half[2];
    sum_and_difference(m[1], m[2], one);
    sum_and_difference(m[3], m[4], two);
    sum_and_difference(m[5], m[6], half);
    y[0] = hn::Add(hn::Add(m[0], one[0]), hn::Add(two[0], half[0]));
    y[1] = plus_times(plus_times(one[1], 2.0f, two[1]), 0.5f, half[1]);
    y[2] = plus_times(plus_times(one[0], 4.0f, two[0]), 0.25f, half[0]);
    y[3] = hn::Add(plus_times(plus_times(one[1], 8.0f, two[1]), 0.125f, half[1]), m[7]);
  }
  static HWY_INLINE void gradient(const V* y, V* t) {
    t[0] = y[0];
    sum_and_difference(hn::Add(y[0], y[2]), hn::Add(y[1], y[3]), t + 1);
    sum_and_difference(plus_times(y[0], 4.0f, y[2]), plus_times(times(2.0f, y[1]), 8.0f, y[3]), t + 3);
    sum_and_difference(plus_times(y[0], 0.25f, y[2]), plus_times(times(0.5f, y[1]), 0.125f, y[3]), t + 5);
    t[7] = y[3];
  }
  static HWY_INLINE void filter(const V* g, V* u) {
    u[0] = g[0];
    sum_and_difference(times(-2.0f / 9, hn::Add(hn::Add(g[0], g[2]), g[4])), times(-2.0f / 9, hn::Add(g[1], g[3])),
                       u + 1);
    sum_and_difference(plus_times(plus_times(times(1.0f / 90, g[0]), 2.0f / 45, g[2]), 8.0f / 45, g[4]),
                       plus_times(times(1.0f / 45, g[1]), 4.0f / 45, g[3]), u + 3);
    sum_and_difference(plus_times(plus_times(times(32.0f / 45, g[0]), 8.0f / 45, g[2]), 2.0f / 45, g[4]),
                       plus_times(times(16.0f / 45, g[1]), 4.0f / 45, g[3]), u + 5);
    u[7] = g[4];
  }
  static HWY_INLINE void weights(const V* u, V* g) {
    V one[2], two[2], half[2];
    sum_and_difference(u[1], u[2], one);
    sum_and_difference(u[3], u[4], two);
    sum_and_difference(u[5], u[6], half);
    g[0] = plus_times(plus_times(plus_times(u[0], -2.0f / 9, one[0]), 1.0f / 90, two[0]), 32.0f / 45, half[0]);
    g[1] = plus_times(plus_times(times(-2.0f / 9, one[1]), 1.0f / 45, two[1]), 16.0f / 45, half[1]);
    g[2] = plus_times(plus_times(times(-2.0f / 9, one[0]), 2.0f / 45, two[0]), 8.0f / 45, half[0]);
    g[3] = plus_times(plus_times(times(-2.0f / 9, one[1]), 4.0f / 45, two[1]), 4.0f / 45, half[1]);
    g[4] = plus_times(plus_times(plus_times(u[7], -2.0f / 9, one[0]), 8.0f / 45, two[0]), 2.0f / 45, half[0]);
  }
};

}  // namespace fer::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
