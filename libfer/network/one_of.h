// Some kinds of layers among all.
#pragma once

#include <concepts>
#include <type_traits>

namespace fer {

// For functions that hold for the kinds that they name, and for no other: a visit of all kinds that has only such
// functions does not compile while a kind is missing.
template <class Layer, class... Kinds>
concept OneOf = (std::same_as<std::remove_const_t<Layer>, Kinds> || ...);

}  // namespace fer
