// The one-dimensional transforms of Winograd's minimal filtering F(M, R), Lavin and Gray 2015 (their A, B, G): what
// they are, and the few operations they consist of. tiles_2_to_5-inl.h and tiles_6-inl.h have one struct per size of
// tile and kernel.
//
// F(M, R) gives M neighbouring outputs of a kernel of R taps with kAlpha = M + R - 1 multiplications instead of M * R.
// It is the multiplication of two polynomials in disguise: evaluate both at kAlpha points (the last of which may be
// infinity: the leading coefficient), multiply value by value, and interpolate. Turned round (transposed), a product of
// polynomials becomes a correlation, which is what a convolutional layer computes. With f the polynomial that has all
// finite points p as its zeros, and f_p = f / (x - p):
//
//   input    B' d      kAlpha values -> kAlpha   row p: the coefficients of f_p; at infinity those of f
//   filter   G  g      R -> kAlpha               row p: 1, p, p^2, ..., over f_p(p); at infinity the last tap
//   output   A' m      kAlpha -> M               column p: 1, p, p^2, ...; at infinity the last output alone
//   gradient A  y      M -> kAlpha               the transpose of output
//   weights  G' u      kAlpha -> R               the transpose of filter
//
// Points come in pairs p, -p, whose rows have the same even coefficients and opposite odd ones: both are made of one
// sum over even and one over odd places (plus_minus). Points of small numerator and denominator have exact constants.
#if defined(FER_KERNELS_CONV_WINOGRAD_STEPS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FER_KERNELS_CONV_WINOGRAD_STEPS_INL_H
#undef FER_KERNELS_CONV_WINOGRAD_STEPS_INL_H
#else
#define FER_KERNELS_CONV_WINOGRAD_STEPS_INL_H
#endif

#include "kernels/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fer::kernels::HWY_NAMESPACE {

HWY_INLINE V times(float factor, V v) { return hn::Mul(hn::Set(D(), factor), v); }
HWY_INLINE V plus_times(V sum, float factor, V v) { return hn::MulAdd(hn::Set(D(), factor), v, sum); }

// a + b and a - b: what the points 1 and -1 share.
HWY_INLINE void sum_and_difference(V a, V b, V* out) {
  out[0] = hn::Add(a, b);
  out[1] = hn::Sub(a, b);
}

// even + p odd and even - p odd: what the points p and -p share.
HWY_INLINE void plus_minus(V even, float p, V odd, V* out) {
  out[0] = hn::MulAdd(hn::Set(D(), p), odd, even);
  out[1] = hn::NegMulAdd(hn::Set(D(), p), odd, even);
}

// input, output, gradient, filter and weights of F(M, R), as above. Each reads all of its first argument before it
// writes.
template <int M, int R>
struct Winograd;

}  // namespace fer::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
