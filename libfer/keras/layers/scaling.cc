// Rescaling, Normalization and operators: each channel times a number, plus a number.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fer/error.h"
#include "keras/config/operation.h"
#include "keras/layers/builder.h"
#include "network/json_text.h"

namespace fer::keras_file {
namespace {

using nlohmann::json;

// Keras divides by max(sqrt(variance), 1e-7); a batch norm by sqrt(variance + epsilon).
constexpr float kLeastVariance = 1e-14f;

// The numbers of a list, which may lie alone in others, as Keras 2 and 3 write arrays that are spread over the last
// axis. False where it is something else.
bool add_numbers(const json& value, std::vector<float>& numbers) {
  if (value.is_number()) {
    numbers.push_back(value.get<float>());
    return std::isfinite(numbers.back());
  }
  if (value.is_object() && value.contains("config") && value["config"].is_object() &&
      value["config"].contains("value")) {
    return add_numbers(value["config"]["value"], numbers);
  }
  if (!value.is_array()) return false;
  return std::all_of(value.begin(), value.end(), [&](const json& one) {
    return (value.size() == 1 || one.is_number()) && add_numbers(one, numbers);
  });
}

// One number for all channels, or one each; `usual` where there is none.
std::vector<float> channel_numbers(const Builder& builder, const Site& site, const json* value, const char* name,
                                   float usual) {
  if (value == nullptr) return {usual};
  const Shape& shape = site.input().shape;
  const auto channels = static_cast<size_t>(shape[shape.rank() - 1]);
  std::vector<float> numbers;
  const bool good = add_numbers(*value, numbers);
  const bool all_same = !numbers.empty() && std::equal(numbers.begin() + 1, numbers.end(), numbers.begin());
  if (good && all_same && (numbers.size() == channels || numbers.size() == 1)) return {numbers[0]};
  const bool in_order = !builder.dialect().channels_first && site.input().flattened.rank() == 0;
  if (good && in_order && numbers.size() == channels) return numbers;
  const std::string others = in_order ? fmt::format(", or {}: one per channel", channels) : " (channels are not last)";
  throw Error(fmt::format("{}: expected one number{}, found {}", name, others, shown(*value)));
}

std::vector<float> channel_numbers(const Builder& builder, const Site& site, const char* name, float usual) {
  return channel_numbers(builder, site, site.settings.find({name}), name, usual);
}

// A batch norm that is not trained, with the identity's numbers but those that are given.
Value constant_norm(Builder& builder, Site& site,
                    const std::vector<std::pair<const char*, std::vector<float>>>& constants) {
  site.frozen = true;
  Value y = builder.add(site, BatchNorm{.epsilon = kLeastVariance});
  for (const auto& [role, numbers] : constants) builder.constant(y, role, numbers);
  return y;
}

// x * scale + offset, which becomes part of the preprocessing where it comes first and is the same for all channels.
Value scaled(Builder& builder, Site& site, const std::vector<float>& scale, const std::vector<float>& offset) {
  for (const float factor : scale) {
    if (!std::isfinite(factor)) throw Error(fmt::format("scale: expected finite numbers, found {}", factor));
  }
  Value x = site.input();
  if (x.pixels) builder.take_pixels();
  if (x.layer < 0 && scale.size() == 1 && offset.size() == 1) {
    if (x.is_padded() && offset[0] != 0)
      throw Error(fmt::format("offset: expected 0 where zeros lie around the input, found {}", offset[0]));
    x.scaled = {x.scaled.scale * scale[0], x.scaled.shift * scale[0] + offset[0]};
    return x;
  }
  return constant_norm(builder, site, {{"gamma", scale}, {"beta", offset}});
}

Value rescaling(Builder& builder, Site& site) {
  return scaled(builder, site, channel_numbers(builder, site, "scale", 1), channel_numbers(builder, site, "offset", 0));
}

// An operator on the input and numbers; false where libfer has none of that name.
bool operation(Builder& builder, Site& site, const std::string& name, Value& value) {
  const json* operand = operand_of(site.layer);
  const bool adds = name == "add" || name == "subtract", multiplies = name == "multiply" || name == "divide";
  if (operand == nullptr || !(adds || multiplies)) return false;
  std::vector<float> numbers = channel_numbers(builder, site, operand, "operand", 0);
  for (float& number : numbers) {
    if (name == "subtract") number = -number;
    if (name == "divide") number = 1 / number;
  }
  value = adds ? scaled(builder, site, {1}, numbers) : scaled(builder, site, numbers, {0});
  return true;
}

Value normalization(Builder& builder, Site& site) {
  const Value& x = site.input();
  const int64_t channels = x.shape[x.shape.rank() - 1];
  check_axis(builder, site);
  if (site.settings.flag({"invert"}, false)) throw Error("invert: expected false, found true");
  if (x.flattened.rank() != 0) {
    throw Error("expected a picture, found one of " + x.flattened.to_string() +
                " that was flattened with channels first");
  }
  const bool at_beginning = x.pixels, given = site.settings.has("mean") && site.settings.has("variance");
  std::vector<std::pair<const char*, std::vector<float>>> constants;
  if (given) {
    constants = {{"moving_mean", channel_numbers(builder, site, "mean", 0)},
                 {"moving_variance", channel_numbers(builder, site, "variance", 1)}};
  }
  Value y = constant_norm(builder, site, constants);
  if (at_beginning) builder.begin_with_norm(y);
  if (given) return y;
  builder.weight(site, y,
                 {.name = "moving_mean", .parameter = "moving_mean", .stored = {channels}, .transform = as_it_is});
  builder.weight(
      site, y,
      {.name = "moving_variance", .parameter = "moving_variance", .stored = {channels}, .transform = as_it_is});
  builder.weight(site, y, {.name = "count", .may_miss = true});
  return y;
}

}  // namespace

bool is_scaling_layer(const std::string& class_name) {
  return class_name == "Rescaling" || class_name == "Normalization";
}

bool convert_scaling(Builder& builder, Site& site, Value& value) {
  const std::string& type = site.layer.class_name;
  if (type == "Rescaling") {
    value = rescaling(builder, site);
  } else if (type == "Normalization") {
    value = normalization(builder, site);
  } else {
    return operation(builder, site, operation_of(site.layer), value);
  }
  return true;
}

}  // namespace fer::keras_file
