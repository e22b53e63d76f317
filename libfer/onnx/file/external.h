// Weights that lie in files beside an ONNX file, as PyTorch 2.9 and large models keep them.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "onnx/file/schema.h"

namespace fer::onnx_file {

// Reads from the model's own folder and from nowhere else: no absolute path, no "..", no link that leads out of it, and
// regular files alone. What is read in all is bounded by the size of these files and 64 MiB.
class ExternalData {
 public:
  // For a model in memory, which has no folder: everything is refused.
  ExternalData() = default;
  // For the model at `path`.
  explicit ExternalData(const std::string& path);
  ~ExternalData();
  ExternalData(const ExternalData&) = delete;
  ExternalData& operator=(const ExternalData&) = delete;

  // The `bytes` of a tensor whose data are external. Throws Error (without the tensor's name) on a location elsewhere,
  // a file that is not there, offset and length that are no numbers or not in the file, and another length than
  // `bytes`.
  std::string read(const onnx::TensorProto& tensor, int64_t bytes);
  // The total size of all files that were looked at so far.
  int64_t file_bytes() const { return file_bytes_; }

 private:
  struct File {
    int fd = -1;
    int64_t bytes = 0;
  };
  const File& file(const std::string& location);

  int folder_ = -1;  // -1: none
  std::map<std::string, File> files_;
  int64_t file_bytes_ = 0, read_bytes_ = 0;
};

}  // namespace fer::onnx_file
