#include "train/checkpoint.h"

#include <cmath>
#include <cstring>

#include "fer/error.h"
#include "io/model_file.h"
#include "io/safetensors.h"
#include "kernels/elementwise.h"
#include "train/identity.h"

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

json metadata(const io::SafetensorsFile& file, const std::string& key) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end()) throw Error("metadata: expected \"" + key + "\", found none");
  return json::parse(found->second);
}

void read_array(const io::SafetensorsFile& file, const ParameterLayout& layout, const std::string& prefix,
                const NamedArray& array) {
  for (const Parameter& p : layout.parameters) {
    if (!holds(array, p)) continue;
    const io::SafetensorsEntry& entry = file.find(prefix + p.name);
    if (entry.dtype != io::Dtype::kF32 || entry.shape != p.shape) {
      throw Error("tensor '" + entry.name + "': expected F32 of shape " + p.shape.to_string() +
                  ", found another type or shape");
    }
    const std::span<float> values = part(array, p);
    std::memcpy(values.data(), entry.data.data(), values.size_bytes());
    if (!std::isfinite(kernels::sum_of_squares(values))) {
      throw Error("tensor '" + entry.name + "': expected finite numbers, found others");
    }
  }
}

}  // namespace

void write_checkpoint(const std::string& path, const Model& model, const std::vector<NamedArray>& arrays,
                      const RunState& state, const json& identity) {
  std::vector<io::SafetensorsEntry> entries = io::model_entries(model);
  for (const NamedArray& array : arrays) {
    for (const Parameter& p : model.weights.layout.parameters) {
      if (!holds(array, p)) continue;
      const std::string name = "training/" + array.name + "/" + p.name;
      entries.push_back({name, io::Dtype::kF32, p.shape, std::as_bytes(part(array, p))});
    }
  }
  std::map<std::string, std::string> metadata = io::model_metadata(model);
  metadata["format"] = kFormat;
  metadata["format_version"] = kFormatVersion;
  metadata["identity"] = identity.dump();
  metadata["state"] = state_to_json(state).dump();
  io::write_safetensors(path, entries, metadata);
}

RunState read_checkpoint(const std::string& path, Model& model, const std::vector<NamedArray>& arrays,
                         const json& identity) {
  const io::SafetensorsFile file = io::read_safetensors(path);
  io::check_format(file, kFormat, kFormatVersion, path);
  try {
    expect_same_run(metadata(file, "identity"), identity);
    const ParameterLayout& layout = model.weights.layout;
    read_array(file, layout, "", {"weights", model.weights.values.values()});
    for (const NamedArray& array : arrays) read_array(file, layout, "training/" + array.name + "/", array);
    return state_from_json(metadata(file, "state"));
  } catch (const json::exception& e) {
    throw Error(path + ": damaged training state: " + e.what());
  } catch (const Error& e) {
    throw Error(path + ": " + e.what());
  }
}

}  // namespace fer::train
