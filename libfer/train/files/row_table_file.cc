#include "train/files/row_table_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "fer/error.h"
#include "io/safetensors.h"

namespace fer::train {
namespace {

constexpr const char* kTensor = "targets";

}  // namespace

void write_row_table(const std::string& path, const RowTable& table) {
  const Tensor& tensor = table.tensor();
  io::write_safetensors(path, {{kTensor, io::Dtype::kF32, tensor.shape(), std::as_bytes(tensor.values())}},
                        {{"format", "fer-teacher-targets"}, {"format_version", "1"}});
}

void read_row_table(const std::string& path, RowTable& table) {
  const io::SafetensorsFile file = io::read_safetensors(path);
  Tensor& tensor = table.tensor();
  const io::SafetensorsEntry* entry = nullptr;
  try {
    entry = &file.find(kTensor);
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", path, error.what()));
  }
  if (entry->dtype != io::Dtype::kF32 || entry->shape != tensor.shape()) {
    throw Error(fmt::format("{}: expected the targets of this run's teacher, F32 {}, found {} {}", path,
                            tensor.shape().to_string(), io::dtype_name(entry->dtype), entry->shape.to_string()));
  }
  const std::span<float> values = tensor.values();
  std::memcpy(values.data(), entry->data.data(), values.size_bytes());
  const auto outside = std::find_if(values.begin(), values.end(), [](float v) { return !(v >= 0 && v <= 1); });
  if (outside != values.end()) {
    throw Error(fmt::format("{}: expected numbers from 0 to 1, found {}", path, *outside));
  }
}

}  // namespace fer::train
