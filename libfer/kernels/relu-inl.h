// Maxima and minima that pass NaN on, as Keras and PyTorch do: a broken weight is to show in the loss. (hn::Max gives
// the other operand on x86.) Included once per instruction set, inside a source's per-target namespace.

// max(v, floor)
template <class V>
HWY_INLINE V at_least(V v, V floor) {
  return hn::IfThenElse(hn::Lt(v, floor), floor, v);
}

// min(v, cap)
template <class V>
HWY_INLINE V at_most(V v, V cap) {
  return hn::IfThenElse(hn::Gt(v, cap), cap, v);
}

// max(v, 0)
template <class V>
HWY_INLINE V relu(V v) {
  return hn::IfThenZeroElse(hn::Lt(v, hn::Zero(hn::DFromV<V>())), v);
}

// min(max(v, 0), cap)
template <class V>
HWY_INLINE V capped_relu(V v, V cap) {
  return at_most(relu(v), cap);
}
