#include "io/model_tensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "fer/error.h"
#include "io/check_weights.h"
#include "io/int8_tensors.h"
#include "io/storage.h"
#include "network/json_text.h"
#include "network/layer_facts.h"

namespace fer::io {
namespace {

// The kernels that 8-bit integers are for: those of convolutions of one group and dense layers.
bool may_be_bytes(const Network& network, const Parameter& parameter) {
  const LayerKind& kind = network.layers[static_cast<size_t>(parameter.layer)].kind;
  return layer_of_kernel(parameter) && facts_of(kind).int8;
}

const SafetensorsEntry& entry_of(const SafetensorsFile& file, const Network& network, const Parameter& parameter,
                                 const std::string& where) {
  const SafetensorsEntry* entry = nullptr;
  try {
    entry = &file.find(parameter.name);
  } catch (const Error& e) {
    throw Error(where + ": " + e.what());
  }
  const bool known = entry->dtype == Dtype::kF32 || entry->dtype == Dtype::kBf16 ||
                     (entry->dtype == Dtype::kI8 && may_be_bytes(network, parameter));
  if (!known || entry->shape != parameter.shape) {
    throw Error(fmt::format(
        "{}: tensor '{}': expected F32 of shape {}, found {}{}", where, parameter.name, parameter.shape.to_string(),
        known ? "" : fmt::format("{} of shape ", dtype_name(entry->dtype)), entry->shape.to_string()));
  }
  return *entry;
}

void refuse_extra(const SafetensorsFile& file, const ParameterLayout& layout, Storage storage,
                  const std::string& where) {
  std::set<std::string> known, bytes;
  for (const SafetensorsEntry& entry : file.entries) {
    if (entry.dtype == Dtype::kI8) bytes.insert(entry.name);
  }
  for (const Parameter& parameter : layout.parameters) {
    known.insert(parameter.name);
    const auto layer = layer_of_kernel(parameter);
    if (!layer || !bytes.contains(parameter.name)) continue;
    known.insert(scale_name(*layer));
    if (storage != Storage::kInt8) known.insert(range_name(*layer));
  }
  for (const SafetensorsEntry& entry : file.entries) {
    if (known.contains(entry.name)) continue;
    throw Error(where + ": tensor " + shown(entry.name) + ": expected the network's parameters only");
  }
}

void read_parameter(const SafetensorsFile& file, const Parameter& parameter, Storage storage, Model& model,
                    const std::string& where) {
  const std::span<float> values = model.weights.of(parameter);
  const SafetensorsEntry& entry = entry_of(file, model.network, parameter, where);
  if (entry.dtype == Dtype::kI8 && storage == Storage::kInt8) {
    read_stored_kernel(file, parameter, values, where);
  } else if (entry.dtype == Dtype::kI8) {
    model.int8.push_back(read_int8_kernel(file, parameter, values, where));
  } else if (entry.dtype == Dtype::kBf16) {
    widen_bf16(entry.data, values);
  } else {
    std::memcpy(values.data(), entry.data.data(), entry.data.size());
  }
  check_weights(parameter, values, where + ": tensor");
}

// Makes the entries of a file, each in its form.
class Writer {
 public:
  explicit Writer(const Model& model, Storage storage) : model_(model), storage_(storage) {}

  void add(const Parameter& parameter) {
    const std::span<const float> values = model_.weights.of(parameter);
    check_weights(parameter, values, "tensor");
    if (const Int8Layer* layer = int8_layer_of(parameter); layer != nullptr) {
      add_int8(*layer, parameter, values);
    } else if (storage_ == Storage::kInt8 && may_be_bytes(model_.network, parameter)) {
      add_bytes(parameter, values);
    } else if (storage_ != Storage::kFp32 && is_kernel(parameter)) {
      all_.halves.push_back(to_bf16(parameter, values));
      add(parameter.name, Dtype::kBf16, parameter.shape, std::span<const uint16_t>(all_.halves.back()));
    } else {
      add(parameter.name, Dtype::kF32, parameter.shape, values);
    }
  }

  // Larger numbers come first, so that each lies at a multiple of its size.
  ModelEntries finish() {
    if (all_.ranges.size() != model_.int8.size())
      throw Error("8-bit layers: expected convolutions and dense layers of the network");
    if (storage_ != Storage::kFp32) {
      std::ranges::stable_sort(all_.entries, {}, [](const SafetensorsEntry& entry) {
        return entry.dtype == Dtype::kF32 ? 0 : entry.dtype == Dtype::kBf16 ? 1 : 2;
      });
    }
    return std::move(all_);
  }

 private:
  template <class Value>
  void add(const std::string& name, Dtype dtype, const Shape& shape, std::span<const Value> values) {
    all_.entries.push_back({name, dtype, shape, std::as_bytes(values)});
  }

  void add_int8(const Int8Layer& layer, const Parameter& kernel, std::span<const float> values) {
    all_.bytes.push_back(int8_kernel(layer, kernel, values));
    all_.ranges.push_back({layer.low, layer.high});
    add(kernel.name, Dtype::kI8, kernel.shape, std::span<const int8_t>(all_.bytes.back()));
    add_scale(layer.layer, layer.kernel_scale);
    add(range_name(layer.layer), Dtype::kF32, Shape({2}), std::span<const float>(all_.ranges.back()));
  }

  void add_bytes(const Parameter& kernel, std::span<const float> values) {
    ScaledBytes stored = to_bytes(kernel, values);
    all_.bytes.push_back(std::move(stored.bytes));
    all_.scales.push_back(std::move(stored.scale));
    add(kernel.name, Dtype::kI8, kernel.shape, std::span<const int8_t>(all_.bytes.back()));
    add_scale(*layer_of_kernel(kernel), all_.scales.back());
  }

  void add_scale(const std::string& layer, std::span<const float> scale) {
    add(scale_name(layer), Dtype::kF32, Shape({static_cast<int64_t>(scale.size())}), scale);
  }

  const Int8Layer* int8_layer_of(const Parameter& parameter) const {
    const auto name = layer_of_kernel(parameter);
    const auto found = std::find_if(model_.int8.begin(), model_.int8.end(),
                                    [&](const Int8Layer& layer) { return name && layer.layer == *name; });
    return found == model_.int8.end() ? nullptr : &*found;
  }

  const Model& model_;
  Storage storage_;
  ModelEntries all_;
};

}  // namespace

ModelEntries model_entries(const Model& model, Storage storage) {
  const ParameterLayout layout = parameter_layout(model.network);
  if (static_cast<int64_t>(model.weights.values.size()) != layout.total_floats) {
    throw Error(fmt::format("weights: expected {} floats for this network, found {}", layout.total_floats,
                            model.weights.values.size()));
  }
  if (storage != Storage::kFp32 && !model.int8.empty()) {
    throw Error(fmt::format("storage: expected a model in floats to store as {}, found one in 8-bit integers",
                            storage_name(storage)));
  }
  Writer writer(model, storage);
  for (const Parameter& parameter : layout.parameters) writer.add(parameter);
  return writer.finish();
}

void check_tensors(const SafetensorsFile& file, const Network& network, Storage storage, const std::string& where) {
  const ParameterLayout layout = parameter_layout(network);
  refuse_extra(file, layout, storage, where);
  for (const Parameter& parameter : layout.parameters) entry_of(file, network, parameter, where);
}

void read_tensors(const SafetensorsFile& file, Storage storage, Model& model, const std::string& where) {
  for (const Parameter& parameter : parameter_layout(model.network).parameters) {
    read_parameter(file, parameter, storage, model, where);
  }
}

}  // namespace fer::io
