// TensorBoard event records (docs/tensorboard.md): length, masked CRC-32C, a serialised Event protobuf, masked CRC-32C.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace fer::report {

// The record that every event file begins with ("brain.Event:2").
std::string tensorboard_file_version(double wall_time);
// One record with the scalars of one step.
std::string tensorboard_scalars(double wall_time, int64_t step,
                                const std::vector<std::pair<std::string, float>>& scalars);

}  // namespace fer::report
