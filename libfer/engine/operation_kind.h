// The kinds of operations: every kind of layer but those that are taken apart.
#pragma once

#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "fer/network.h"

namespace fer::engine {

namespace internal {

template <class Kinds>
struct VariantOf;
template <class... Kinds>
struct VariantOf<std::tuple<Kinds...>> {
  using type = std::variant<Kinds...>;
};

template <class Left, class Kinds>
struct Without;
template <class Left, class... Kinds>
struct Without<Left, std::variant<Kinds...>> {
  using type = typename VariantOf<decltype(std::tuple_cat(
      std::declval<std::conditional_t<std::is_same_v<Kinds, Left>, std::tuple<>, std::tuple<Kinds>>>()...))>::type;
};

}  // namespace internal

// LayerKind without the separable convolution, for which a depthwise and a 1x1 convolution stand. Made from LayerKind,
// so that a new kind of layer is a kind of operation at once, and does not compile without its steps (layers/layers.h).
using OperationKind = internal::Without<SeparableConv2D, LayerKind>::type;

}  // namespace fer::engine
