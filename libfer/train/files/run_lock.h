// One run at a time in a folder.
#pragma once

#include <string>

#include "core/descriptor.h"

namespace fer::train {

// Holds FOLDER/run.lock for as long as it lives. The kernel lets go of it when the process dies, however it dies; the
// file that is left then is taken over by the next run. Where a file system has no locks, or nothing can be written,
// there is none, and nothing is said.
class RunLock {
 public:
  RunLock() = default;
  // Throws Error ("FOLDER: in use by process 4711 on HOST ...") where another run holds it, in this process or another.
  explicit RunLock(const std::string& folder);
  ~RunLock() { release(); }
  RunLock(RunLock&& other) noexcept : file_(std::move(other.file_)), path_(std::move(other.path_)) {}
  RunLock& operator=(RunLock&& other) noexcept;

  bool held() const { return file_.open(); }
  // Removes the file too.
  void release();

 private:
  core::Descriptor file_;
  std::string path_;
};

}  // namespace fer::train
