// last.safetensors: everything that resuming needs, in one file that is replaced in one instant (docs/training.md).
//   weights/NAME                  every parameter
//   moment1/NAME, moment2/NAME    of every trainable parameter, what the optimizer keeps (train/step/optimizer_state.h)
//   average/NAME                  of every parameter, where weights are averaged
//   self_targets                  [training pictures, classes], where there are such
//   metadata: "format" and "format_version", "identity" (train/files/identity.h) and "state" (train/files/state.h) as
//   JSON
#pragma once

#include <string>
#include <vector>

#include "core/json_value.h"
#include "fer/model.h"
#include "train/files/state.h"
#include "train/step/named_array.h"

namespace fer::train {

void write_checkpoint(const std::string& path, const ParameterLayout& layout, const std::vector<NamedArray>& arrays,
                      const RunState& state, const core::JsonValue& identity,
                      const std::vector<NamedTensor>& tensors = {});

// Fills `arrays` and `tensors` and returns the state. Throws Error when the file is not a checkpoint, is of
// another run (naming what differs), lacks a tensor or holds values that are not finite.
RunState read_checkpoint(const std::string& path, const ParameterLayout& layout, const std::vector<NamedArray>& arrays,
                         const core::JsonValue& identity, const std::vector<NamedTensor>& tensors = {});

}  // namespace fer::train
