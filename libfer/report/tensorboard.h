// TensorBoard event records (docs/tensorboard.md): length, masked CRC-32C, a serialised Event protobuf, masked CRC-32C.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fer::report {

// The record that every event file begins with ("brain.Event:2").
std::string tensorboard_file_version(double wall_time);
// One record with the scalars of one step.
std::string tensorboard_scalars(double wall_time, int64_t step,
                                const std::vector<std::pair<std::string, float>>& scalars);

// What an event file holds up to the first record that is not whole: what a reader sees of it.
struct TensorboardRecords {
  size_t whole_bytes = 0;   // of the records that are whole and have good checksums
  int64_t last_step = -1;   // the largest step of a summary; -1: there is none
  bool unfinished = false;  // the file ends within the record that follows
};
TensorboardRecords scan_tensorboard(std::string_view file);

}  // namespace fer::report
