// The tensors of 8-bit layers in a model file (docs/model-format.md).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fer/model.h"
#include "io/safetensors.h"

namespace fer::io {

// What stands beside an 8-bit kernel.
inline std::string scale_name(const std::string& layer) { return layer + "/kernel_scale"; }
inline std::string range_name(const std::string& layer) { return layer + "/input_range"; }

// The layer's name of a kernel's parameter; nothing for other parameters.
std::optional<std::string> layer_of_kernel(const Parameter& parameter);

// Where the file has this kernel as bytes: fills `values` and returns the layer. Throws Error, beginning with `where`,
// where scales or range are missing, of another shape or not what such numbers can be.
Int8Layer read_int8_kernel(const SafetensorsFile& file, const Parameter& kernel, std::span<float> values,
                           const std::string& where);

// The same of a file whose kernels are only stored so: there is no range, and the layer computes in floats.
void read_stored_kernel(const SafetensorsFile& file, const Parameter& kernel, std::span<float> values,
                        const std::string& where);

// Returns a kernel as bytes. Throws Error naming the layer where values are no multiples of their scale.
std::vector<int8_t> int8_kernel(const Int8Layer& layer, const Parameter& kernel, std::span<const float> values);

}  // namespace fer::io
