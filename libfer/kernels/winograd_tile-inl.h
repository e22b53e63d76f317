// The one-dimensional transforms of Winograd's minimal filtering F(M, R), Lavin and Gray 2015 (their A, B, G), one
// struct a size of tile and kernel. A two-dimensional transform applies one to every column, then to every row.
// Included once per instruction set, inside the per-target namespace of winograd.cc.
//
//   input    B' d      kAlpha values -> kAlpha           kAlpha = M + R - 1
//   output   A' m      kAlpha -> M
//   gradient A  y      M -> kAlpha      (the transpose of output)
//   filter   G  g      R -> kAlpha
//   weights  G' u      kAlpha -> R      (the transpose of filter)

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

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

// F(3,3), points 0, 1, -1, 2.
template <>
struct Winograd<3, 3> {
  static HWY_INLINE void input(const V* d, V* t) {
    const V a = hn::Sub(d[3], d[1]);  // d3 - d1
    t[0] = plus_times(a, 2.0f, hn::Sub(d[0], d[2]));
    t[1] = hn::Sub(hn::Sub(d[3], d[2]), times(2.0f, d[1]));
    t[2] = hn::Add(plus_times(d[3], -3.0f, d[2]), times(2.0f, d[1]));
    t[3] = a;
    t[4] = hn::Sub(d[4], plus_times(d[2], 2.0f, a));
  }
  static HWY_INLINE void output(const V* m, V* y) {
    const V sum = hn::Add(m[1], m[2]);
    y[0] = hn::Add(hn::Add(m[0], m[3]), sum);
    y[1] = plus_times(hn::Sub(m[1], m[2]), 2.0f, m[3]);
    y[2] = hn::Add(plus_times(sum, 4.0f, m[3]), m[4]);
  }
  static HWY_INLINE void gradient(const V* y, V* t) {
    const V even = hn::Add(y[0], y[2]);
    t[0] = y[0];
    t[1] = hn::Add(even, y[1]);
    t[2] = hn::Sub(even, y[1]);
    t[3] = plus_times(plus_times(y[0], 2.0f, y[1]), 4.0f, y[2]);
    t[4] = y[2];
  }
  static HWY_INLINE void filter(const V* g, V* u) {
    const V even = hn::Add(g[0], g[2]);
    u[0] = times(0.5f, g[0]);
    u[1] = times(-0.5f, hn::Add(even, g[1]));
    u[2] = times(-1.0f / 6, hn::Sub(even, g[1]));
    u[3] = times(1.0f / 6, plus_times(plus_times(g[0], 2.0f, g[1]), 4.0f, g[2]));
    u[4] = g[2];
  }
  static HWY_INLINE void weights(const V* u, V* g) {
    const V a = times(-0.5f, u[1]), b = times(-1.0f / 6, u[2]), c = times(1.0f / 6, u[3]);
    const V sum = hn::Add(a, b);
    g[0] = hn::Add(plus_times(sum, 0.5f, u[0]), c);
    g[1] = plus_times(hn::Sub(a, b), 2.0f, c);
    g[2] = hn::Add(plus_times(sum, 4.0f, c), u[4]);
  }
};

// F(4,3), points 0, 1, -1, 2, -2.
template <>
struct Winograd<4, 3> {
  static HWY_INLINE void input(const V* d, V* t) {
    const V a = plus_times(d[4], -4.0f, d[2]), b = plus_times(d[3], -4.0f, d[1]);
    const V c = hn::Sub(d[4], d[2]), e = times(2.0f, hn::Sub(d[3], d[1]));
    t[0] = plus_times(plus_times(d[4], -5.0f, d[2]), 4.0f, d[0]);
    t[1] = hn::Add(a, b);
    t[2] = hn::Sub(a, b);
    t[3] = hn::Add(c, e);
    t[4] = hn::Sub(c, e);
    t[5] = plus_times(plus_times(d[5], -5.0f, d[3]), 4.0f, d[1]);
  }
  static HWY_INLINE void output(const V* m, V* y) {
    const V a = hn::Add(m[1], m[2]), b = hn::Sub(m[1], m[2]), c = hn::Add(m[3], m[4]), e = hn::Sub(m[3], m[4]);
    y[0] = hn::Add(hn::Add(m[0], a), c);
    y[1] = plus_times(b, 2.0f, e);
    y[2] = plus_times(a, 4.0f, c);
    y[3] = hn::Add(plus_times(b, 8.0f, e), m[5]);
  }
  static HWY_INLINE void gradient(const V* y, V* t) {
    const V a = hn::Add(y[0], y[2]), b = hn::Add(y[1], y[3]);
    const V c = plus_times(y[0], 4.0f, y[2]), e = plus_times(times(2.0f, y[1]), 8.0f, y[3]);
    t[0] = y[0];
    t[1] = hn::Add(a, b);
    t[2] = hn::Sub(a, b);
    t[3] = hn::Add(c, e);
    t[4] = hn::Sub(c, e);
    t[5] = y[3];
  }
  static HWY_INLINE void filter(const V* g, V* u) {
    const V a = times(-1.0f / 6, hn::Add(g[0], g[2])), b = times(-1.0f / 6, g[1]);
    const V c = plus_times(times(1.0f / 24, g[0]), 1.0f / 6, g[2]), e = times(1.0f / 12, g[1]);
    u[0] = times(0.25f, g[0]);
    u[1] = hn::Add(a, b);
    u[2] = hn::Sub(a, b);
    u[3] = hn::Add(c, e);
    u[4] = hn::Sub(c, e);
    u[5] = g[2];
  }
  static HWY_INLINE void weights(const V* u, V* g) {
    const V a = hn::Add(u[1], u[2]), b = hn::Sub(u[1], u[2]), c = hn::Add(u[3], u[4]), e = hn::Sub(u[3], u[4]);
    g[0] = plus_times(plus_times(times(0.25f, u[0]), -1.0f / 6, a), 1.0f / 24, c);
    g[1] = plus_times(times(-1.0f / 6, b), 1.0f / 12, e);
    g[2] = hn::Add(plus_times(times(-1.0f / 6, a), 1.0f / 6, c), u[5]);
  }
};

// F(5,3), points 0, 1, -1, 2, -2, 1/2.
template <>
struct Winograd<5, 3> {
  static HWY_INLINE void input(const V* d, V* t) {
    t[0] = plus_times(
        plus_times(plus_times(plus_times(plus_times(d[5], -0.5f, d[4]), -5.0f, d[3]), 2.5f, d[2]), 4.0f, d[1]), -2.0f,
        d[0]);
    t[1] = plus_times(plus_times(plus_times(d[5], 0.5f, d[4]), -4.5f, d[3]), 2.0f, hn::Sub(d[1], d[2]));
    t[2] = plus_times(plus_times(plus_times(plus_times(d[5], -1.5f, d[4]), -3.5f, d[3]), 6.0f, d[2]), -2.0f, d[1]);
    t[3] = plus_times(plus_times(hn::Add(d[5], d[1]), 1.5f, hn::Sub(d[4], d[2])), -2.0f, d[3]);
    t[4] = plus_times(hn::Sub(d[5], d[1]), 2.5f, hn::Sub(d[2], d[4]));
    t[5] = plus_times(plus_times(d[5], -5.0f, d[3]), 4.0f, d[1]);
    t[6] = plus_times(
        plus_times(plus_times(plus_times(plus_times(d[6], -0.5f, d[5]), -5.0f, d[4]), 2.5f, d[3]), 4.0f, d[2]), -2.0f,
        d[1]);
  }
  static HWY_INLINE void output(const V* m, V* y) {
    const V a = hn::Add(m[1], m[2]), b = hn::Sub(m[1], m[2]), c = hn::Add(m[3], m[4]), e = hn::Sub(m[3], m[4]);
    y[0] = hn::Add(hn::Add(m[0], a), hn::Add(c, m[5]));
    y[1] = plus_times(plus_times(b, 2.0f, e), 0.5f, m[5]);
    y[2] = plus_times(plus_times(a, 4.0f, c), 0.25f, m[5]);
    y[3] = plus_times(plus_times(b, 8.0f, e), 0.125f, m[5]);
    y[4] = hn::Add(plus_times(plus_times(a, 16.0f, c), 0.0625f, m[5]), m[6]);
  }
  static HWY_INLINE void gradient(const V* y, V* t) {
    const V a = hn::Add(hn::Add(y[0], y[2]), y[4]), b = hn::Add(y[1], y[3]);
    const V c = plus_times(plus_times(y[0], 4.0f, y[2]), 16.0f, y[4]), e = plus_times(times(2.0f, y[1]), 8.0f, y[3]);
    t[0] = y[0];
    t[1] = hn::Add(a, b);
    t[2] = hn::Sub(a, b);
    t[3] = hn::Add(c, e);
    t[4] = hn::Sub(c, e);
    t[5] = plus_times(plus_times(plus_times(plus_times(y[0], 0.5f, y[1]), 0.25f, y[2]), 0.125f, y[3]), 0.0625f, y[4]);
    t[6] = y[4];
  }
  static HWY_INLINE void filter(const V* g, V* u) {
    const V sum = hn::Add(g[0], g[2]);
    u[0] = times(-0.5f, g[0]);
    u[1] = times(-1.0f / 3, hn::Add(sum, g[1]));
    u[2] = times(1.0f / 9, hn::Sub(sum, g[1]));
    u[3] = plus_times(plus_times(times(1.0f / 36, g[0]), 1.0f / 18, g[1]), 1.0f / 9, g[2]);
    u[4] = plus_times(plus_times(times(-1.0f / 60, g[0]), 1.0f / 30, g[1]), -1.0f / 15, g[2]);
    u[5] = plus_times(plus_times(times(32.0f / 45, g[0]), 16.0f / 45, g[1]), 8.0f / 45, g[2]);
    u[6] = g[2];
  }
  static HWY_INLINE void weights(const V* u, V* g) {
    const V a = times(-1.0f / 3, u[1]), b = times(1.0f / 9, u[2]), sum = hn::Add(a, b);
    g[0] = plus_times(plus_times(plus_times(plus_times(sum, -0.5f, u[0]), 1.0f / 36, u[3]), -1.0f / 60, u[4]),
                      32.0f / 45, u[5]);
    g[1] = plus_times(plus_times(plus_times(hn::Sub(a, b), 1.0f / 18, u[3]), 1.0f / 30, u[4]), 16.0f / 45, u[5]);
    g[2] = plus_times(plus_times(plus_times(hn::Add(sum, u[6]), 1.0f / 9, u[3]), -1.0f / 15, u[4]), 8.0f / 45, u[5]);
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
