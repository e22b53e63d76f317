// What the values of all kinds of fields share: how they are told apart, and what is wrong with them. Private to
// field.cc, field_json.cc and field_text.cc.
#pragma once

#include <algorithm>
#include <cmath>
#include <set>

#include "fer/error.h"
#include "train/config/field.h"

namespace fer::train {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

[[noreturn]] inline void fail(const std::string& where, const std::string& expected, const std::string& found) {
  throw Error(where + ": expected " + expected + ", found " + found);
}

inline bool known(const Choice& choice, const std::string& name) {
  return std::find(choice.names.begin(), choice.names.end(), name) != choice.names.end();
}

inline Views views_named(const std::string& text, const std::string& where) {
  try {
    return views_from_name(text);
  } catch (const Error& error) {
    throw Error(where + ": " + error.what());
  }
}

template <class T>
bool fits(const Range& range, T value) {
  return std::isfinite(static_cast<double>(value)) && range.contains(static_cast<double>(value));
}

// Within what decimal shares such as 0.1 lose.
inline bool shares_sum_to_one(const std::vector<SizeShare>& sizes) {
  double sum = 0;
  for (const SizeShare& part : sizes) {
    if (!(part.share > 0 && part.share <= 1)) return false;
    sum += part.share;
  }
  return sizes.empty() || std::abs(sum - 1) < 1e-6;
}

inline void refuse_repeated(const std::vector<LayerRate>& rates, const std::string& where) {
  std::set<std::string> seen;
  for (const LayerRate& rate : rates) {
    if (!seen.insert(rate.layer).second) fail(where, "every layer once", "\"" + rate.layer + "\" twice");
  }
}

// "32x32:0.4,48x48:0.6".
std::string sizes_text(const std::vector<SizeShare>& sizes);

}  // namespace fer::train
