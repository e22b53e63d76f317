// An HDF5 identifier that closes itself.
#pragma once

#include <hdf5.h>

#include <stdexcept>
#include <string_view>
#include <utility>

namespace fer::keras_file {

// What the child throws where HDF5 says no, or the file is not what it should be; its text goes to the parent.
class Hdf5Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// After HDF5 said no: throws std::bad_alloc where it lacked memory, which says nothing about the file, else Hdf5Error.
[[noreturn]] void fail_in_hdf5();

class Handle {
 public:
  // Throws as fail_in_hdf5 where HDF5 gave none.
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {
    if (id < 0) fail_in_hdf5();
  }
  ~Handle() { close_(id_); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  operator hid_t() const { return id_; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

// Throws as fail_in_hdf5 for a negative result.
template <class Result>
Result checked(Result result) {
  if (result < 0) fail_in_hdf5();
  return result;
}

// The file behind a descriptor, or content in memory that stays there, for reading, by HDF5 without its messages and
// without plugins.
hid_t open_hdf5(int fd);
hid_t open_hdf5(std::string_view content);

}  // namespace fer::keras_file
