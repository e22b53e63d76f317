// The one-dimensional transforms of Winograd's minimal filtering F(M, R), Lavin and Gray 2015 (their A, B, G), one
// struct a size of tile and kernel. A two-dimensional transform applies one to every column, then to every row.
//
//   input    B' d      kAlpha values -> kAlpha           kAlpha = M + R - 1
//   output   A' m      kAlpha -> M
//   gradient A  y      M -> kAlpha      (the transpose of output)
//   filter   G  g      R -> kAlpha
//   weights  G' u      kAlpha -> R      (the transpose of filter)
#if defined(FER_KERNELS_CONV_WINOGRAD_TRANSFORM_TILE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FER_KERNELS_CONV_WINOGRAD_TRANSFORM_TILE_INL_H
#undef FER_KERNELS_CONV_WINOGRAD_TRANSFORM_TILE_INL_H
#else
#define FER_KERNELS_CONV_WINOGRAD_TRANSFORM_TILE_INL_H
#endif

#include "kernels/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fer::kernels::HWY_NAMESPACE {

HWY_INLINE V times(float factor, V v) { return hn::Mul(hn::Set(D(), factor), v); }
HWY_INLINE V plus_times(V sum, float factor, V v) { return hn::MulAdd(hn::Set(D(), factor), v, sum); }

HWY_INLINE void sum_and_difference(V a, V b, V* out) {
  out[0] = hn::Add(a, b);
  out[1] = hn::Sub(a, b);
}

template <int M, int R>
struct Winograd;

// F(2,3), points 0, 1, -1.
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

// even + p odd and even - p odd: what the points p and -p share.
HWY_INLINE void plus_minus(V even, float p, V odd, V* out) {
  out[0] = hn::MulAdd(hn::Set(D(), p), odd, even);
  out[1] = hn::NegMulAdd(hn::Set(D(), p), odd, even);
}

// The points of F(3,3), F(4,3) and F(5,3) were searched for among fractions of small powers of two, for the least error
// where the transformed values are rounded: half of that with the usual 0, 1, -1, 2, -2, 1/2 (after Barabasz et al.,
// "Error analysis and improving the accuracy of Winograd convolution", 2020). With a, b, c the positive points,
// input() multiplies out the polynomials (x +- a)(x^2 - b^2)..., and filter() divides by their values at the points.

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

// T in T' for a transform kStep of kIn values to kOut: columns first, then rows. load(i) gives the i-th of kIn x kIn
// values, store(i, value) takes the i-th of kOut x kOut.
template <int kIn, int kOut, void (*kStep)(const V*, V*), class Load, class Store>
HWY_INLINE void transform_2d(const Load& load, const Store& store) {
  V half[kOut * kIn];
  FER_UNROLL for (int j = 0; j < kIn; ++j) {
    V column[kIn], result[kOut];
    FER_UNROLL for (int i = 0; i < kIn; ++i) column[i] = load(i * kIn + j);
    kStep(column, result);
    FER_UNROLL for (int i = 0; i < kOut; ++i) half[i * kIn + j] = result[i];
  }
  FER_UNROLL for (int i = 0; i < kOut; ++i) {
    V result[kOut];
    kStep(half + i * kIn, result);
    FER_UNROLL for (int j = 0; j < kOut; ++j) store(i * kOut + j, result[j]);
  }
}

}  // namespace fer::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
