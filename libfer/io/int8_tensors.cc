#include "io/int8_tensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "fer/error.h"

namespace fer::io {
namespace {

constexpr std::string_view kKernel = "/kernel";

std::vector<float> read_floats(const SafetensorsFile& file, const std::string& name, int64_t count,
                               const std::string& where) {
  const auto found =
      std::find_if(file.entries.begin(), file.entries.end(), [&](const auto& entry) { return entry.name == name; });
  if (found == file.entries.end())
    throw Error(fmt::format("{}: tensor '{}': expected it beside an I8 kernel, found none", where, name));
  if (found->dtype != Dtype::kF32 || found->shape != Shape({count}))
    throw Error(fmt::format("{}: tensor '{}': expected F32 of shape ({}), found {} of shape {}", where, name, count,
                            dtype_name(found->dtype), found->shape.to_string()));
  std::vector<float> values(static_cast<size_t>(count));
  std::memcpy(values.data(), found->data.data(), found->data.size());
  return values;
}

void check(const Int8Layer& layer, const std::string& where) {
  for (const float scale : layer.kernel_scale) {
    if (!std::isfinite(scale) || scale <= 0)
      throw Error(fmt::format("{}tensor '{}': expected finite numbers above 0, found {}", where,
                              scale_name(layer.layer), scale));
  }
  if (!std::isfinite(layer.low) || !std::isfinite(layer.high) || !std::isfinite(layer.high - layer.low) ||
      layer.low > layer.high)
    throw Error(fmt::format("{}tensor '{}': expected two finite numbers, the lower first, found {} and {}", where,
                            range_name(layer.layer), layer.low, layer.high));
}

}  // namespace

std::optional<std::string> layer_of_kernel(const Parameter& parameter) {
  if (!parameter.name.ends_with(kKernel)) return {};
  return parameter.name.substr(0, parameter.name.size() - kKernel.size());
}

namespace {

Int8Layer scaled_layer(const SafetensorsFile& file, const Parameter& kernel, const std::string& where) {
  Int8Layer layer;
  layer.layer = *layer_of_kernel(kernel);
  layer.kernel_scale = read_floats(file, scale_name(layer.layer), kernel.shape[kernel.shape.rank() - 1], where);
  return layer;
}

void read_bytes(const SafetensorsFile& file, const Parameter& kernel, const Int8Layer& layer, std::span<float> values,
                const std::string& where) {
  check(layer, where + ": ");
  const std::span<const std::byte> bytes = file.find(kernel.name).data;
  const size_t channels = layer.kernel_scale.size();
  for (size_t i = 0; i < values.size(); ++i) {
    const auto q = static_cast<int8_t>(bytes[i]);
    if (q == -128)
      throw Error(fmt::format("{}: tensor '{}': expected bytes from -127 to 127, found -128", where, kernel.name));
    values[i] = static_cast<float>(q) * layer.kernel_scale[i % channels];
  }
}

}  // namespace

Int8Layer read_int8_kernel(const SafetensorsFile& file, const Parameter& kernel, std::span<float> values,
                           const std::string& where) {
  Int8Layer layer = scaled_layer(file, kernel, where);
  const std::vector<float> range = read_floats(file, range_name(layer.layer), 2, where);
  layer.low = range[0];
  layer.high = range[1];
  read_bytes(file, kernel, layer, values, where);
  return layer;
}

void read_stored_kernel(const SafetensorsFile& file, const Parameter& kernel, std::span<float> values,
                        const std::string& where) {
  read_bytes(file, kernel, scaled_layer(file, kernel, where), values, where);
}

std::vector<int8_t> int8_kernel(const Int8Layer& layer, const Parameter& kernel, std::span<const float> values) {
  const auto channels = static_cast<size_t>(kernel.shape[kernel.shape.rank() - 1]);
  if (layer.kernel_scale.size() != channels)
    throw Error(fmt::format("8-bit layer '{}': expected {} scales, found {}", layer.layer, channels,
                            layer.kernel_scale.size()));
  check(layer, "");
  std::vector<int8_t> bytes(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const float q = std::nearbyint(values[i] / layer.kernel_scale[i % channels]);
    if (!(std::abs(q) <= 127) || q * layer.kernel_scale[i % channels] != values[i])
      throw Error(
          fmt::format("8-bit layer '{}': expected kernel values that are -127 to 127 times their scale, found {}",
                      layer.layer, values[i]));
    bytes[i] = static_cast<int8_t>(q);
  }
  return bytes;
}

}  // namespace fer::io
