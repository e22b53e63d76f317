// How the entries of fields.cc say where a value lies.
#pragma once

#include <type_traits>

#include "train/config/field.h"

namespace fer::train {

// One of the values of an enumeration.
template <class Enum>
Choice choice(Enum& value, std::initializer_list<Enum> all, const char* (*name)(Enum)) {
  Choice choice{name(value), {}, [&value, values = std::vector<Enum>(all), name](const std::string& text) {
                  for (const Enum v : values) {
                    if (text == name(v)) value = v;
                  }
                }};
  for (const Enum v : all) choice.names.emplace_back(name(v));
  return choice;
}

// Which alternative a variant holds. Naming the one that it holds leaves its members as they are.
template <class... Kinds>
Choice choice(std::variant<Kinds...>& value, const char* (*name)(const std::variant<Kinds...>&)) {
  using Variant = std::variant<Kinds...>;
  return {name(value), {name(Variant(Kinds{}))...}, [&value, name](const std::string& text) {
            if (text == name(value)) return;
            for (const Variant& other : {Variant(Kinds{})...}) {
              if (text == name(other)) value = other;
            }
          }};
}

// The member of the alternative that the variant holds, if it has one of this name.
template <class Variant, class Member>
Place in(Variant& variant, Member member) {
  return std::visit(
      [&](auto& kind) -> Place {
        if constexpr (std::is_invocable_v<Member, decltype(kind)>) {
          return member(kind);
        } else {
          return {};
        }
      },
      variant);
}
// For in(): the member of this name.
#define FER_MEMBER(name) [](auto& kind) -> decltype(&kind.name) { return &kind.name; }

}  // namespace fer::train
