// Shape inference of one layer.
#pragma once

#include <fmt/format.h>

#include <span>
#include <utility>

#include "fer/error.h"
#include "fer/network.h"

namespace fer {

// Throws Error "layer 'NAME': ...".
template <class... Args>
[[noreturn]] void fail_at(const Layer& layer, fmt::format_string<Args...> format, Args&&... args) {
  throw Error(fmt::format("layer '{}': {}", layer.name, fmt::format(format, std::forward<Args>(args)...)));
}

// The product, or -1 when it exceeds `limit`.
int64_t product_within(std::initializer_list<int64_t> factors, int64_t limit);

Totals sum_of(const std::vector<LayerInfo>& infos);

// Checks a layer against the shapes it is given (one or more) and says what follows from them; `inputs` stays empty.
LayerInfo infer_layer(const Layer& layer, std::span<const Shape> inputs);

}  // namespace fer
