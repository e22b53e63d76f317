#include "train/files/checkpoint.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "fer/error.h"
#include "io/safetensors.h"
#include "kernels/values/elementwise.h"
#include "network/json_text.h"
#include "train/files/identity.h"

namespace fer::train {
namespace {

using nlohmann::json;

constexpr const char* kFormat = "fer-training";
constexpr const char* kFormatVersion = "1";

bool holds(const NamedArray& array, const Parameter& p) {
  return p.offset + p.shape.elements() <= static_cast<int64_t>(array.values.size());
}

std::span<float> part(const NamedArray& array, const Parameter& p) {
  return array.values.subspan(p.offset, p.shape.elements());
}

const std::string& metadata(const io::SafetensorsFile& file, const std::string& key) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end()) throw Error("metadata: expected '" + key + "', found none");
  return found->second;
}

void check_format(const io::SafetensorsFile& file) {
  const std::string found = metadata(file, "format") + " " + metadata(file, "format_version");
  const std::string expected = std::string(kFormat) + " " + kFormatVersion;
  if (found != expected) throw Error("format: expected " + expected + ", found " + found);
}

void read_values(const io::SafetensorsFile& file, const std::string& name, const Shape& shape,
                 std::span<float> values) {
  const io::SafetensorsEntry& entry = file.find(name);
  if (entry.dtype != io::Dtype::kF32 || entry.shape != shape) {
    throw Error("tensor '" + entry.name + "': expected F32 of shape " + shape.to_string() + ", found " +
                io::dtype_name(entry.dtype) + " of shape " + entry.shape.to_string());
  }
  std::memcpy(values.data(), entry.data.data(), values.size_bytes());
  if (!std::isfinite(kernels::sum_of_squares(values))) {
    const auto other = std::find_if(values.begin(), values.end(), [](float value) { return !std::isfinite(value); });
    throw Error("tensor '" + entry.name + "': expected finite numbers, found " +
                (other == values.end() ? "larger ones than squares of can be added" : std::to_string(*other)));
  }
}

void read_array(const io::SafetensorsFile& file, const ParameterLayout& layout, const NamedArray& array) {
  for (const Parameter& p : layout.parameters) {
    if (holds(array, p)) read_values(file, array.name + "/" + p.name, p.shape, part(array, p));
  }
}

// Errors say which file.
template <class Work>
auto in_file(const std::string& path, const Work& work) {
  try {
    return work();
  } catch (const json::exception& e) {
    throw Error(path + ": damaged training state: " + e.what());
  } catch (const Error& e) {
    throw Error(path + ": " + e.what());
  }
}

}  // namespace

void write_checkpoint(const std::string& path, const ParameterLayout& layout, const std::vector<NamedArray>& arrays,
                      const RunState& state, const core::JsonValue& identity, const std::vector<NamedTensor>& tensors) {
  std::vector<io::SafetensorsEntry> entries;
  for (const NamedArray& array : arrays) {
    for (const Parameter& p : layout.parameters) {
      if (!holds(array, p)) continue;
      entries.push_back({array.name + "/" + p.name, io::Dtype::kF32, p.shape, std::as_bytes(part(array, p))});
    }
  }
  for (const auto& [name, tensor] : tensors) {
    entries.push_back({name, io::Dtype::kF32, tensor->shape(), std::as_bytes(tensor->values())});
  }
  io::write_safetensors(path, entries,
                        {{"format", kFormat},
                         {"format_version", kFormatVersion},
                         {"identity", identity.dump()},
                         {"state", state_to_json(state).dump()}});
}

RunState read_checkpoint(const std::string& path, const ParameterLayout& layout, const std::vector<NamedArray>& arrays,
                         const core::JsonValue& identity, const std::vector<NamedTensor>& tensors) {
  io::SafetensorsFile file = io::open_safetensors(path);
  in_file(path, [&] { check_format(file); });
  file.load_tensors();  // and finds damage, which must not pass for another run
  return in_file(path, [&] {
    expect_same_run(parse_json(metadata(file, "identity"), "identity"), parse_json(identity.dump(), "identity"));
    for (const NamedArray& array : arrays) read_array(file, layout, array);
    for (const auto& [name, tensor] : tensors) read_values(file, name, tensor->shape(), tensor->values());
    return state_from_json(parse_json(metadata(file, "state"), "state"));
  });
}

}  // namespace fer::train
