// HDF5 files and Keras's archives made in memory, good ones and such as lie.
#pragma once

#include <hdf5.h>
#include <zip.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fer {

class Hdf5Builder {
 public:
  Hdf5Builder() {
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_core(access, 1 << 12, false);
    file_ = H5Fcreate("built", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Pclose(access);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~Hdf5Builder() { H5Fclose(file_); }
  Hdf5Builder(const Hdf5Builder&) = delete;

  hid_t file() const { return file_; }

  void group(const std::string& path) {
    H5Gclose(H5Gcreate2(file_, path.c_str(), with_parents(), H5P_DEFAULT, H5P_DEFAULT));
  }

  // As h5py writes a str (variable) or bytes (fixed).
  void text(const std::string& path, const std::string& name, const std::string& value, bool variable = true) {
    const hid_t type = text_type(variable ? H5T_VARIABLE : value.size() + 1);
    const hid_t space = H5Screate(H5S_SCALAR);
    const char* pointer = value.c_str();
    write_attribute(path, name, type, space, variable ? static_cast<const void*>(&pointer) : pointer);
  }

  void texts(const std::string& path, const std::string& name, const std::vector<std::string>& values) {
    size_t longest = 1;
    for (const std::string& value : values) longest = std::max(longest, value.size());
    std::string bytes;
    for (std::string value : values) {
      value.resize(longest);
      bytes += value;
    }
    const hsize_t count = values.size();
    write_attribute(path, name, text_type(longest), H5Screate_simple(1, &count, nullptr), bytes.data());
  }

  // Numbers from -1 to 1 unless given. Parent groups are made.
  void floats(const std::string& path, const std::vector<hsize_t>& dims, std::vector<float> values = {},
              hid_t type = H5T_IEEE_F32LE, hid_t plan = H5P_DEFAULT) {
    size_t count = 1;
    for (const hsize_t dim : dims) count *= dim;
    for (size_t i = values.size(); i < count; ++i) values.push_back(static_cast<float>(i * 7 % 13) / 6.5f - 1);
    const hid_t space = H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr);
    const hid_t dataset = H5Dcreate2(file_, path.c_str(), type, space, with_parents(), plan, H5P_DEFAULT);
    H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    H5Dclose(dataset);
    H5Sclose(space);
  }

  // Of chunks that are not there: any extents, no storage.
  void promise(const std::string& path, const std::vector<hsize_t>& dims) {
    const hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
    const std::vector<hsize_t> chunk(dims.size(), 1);
    H5Pset_chunk(plan, static_cast<int>(dims.size()), chunk.data());
    const hid_t space = H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr);
    H5Dclose(H5Dcreate2(file_, path.c_str(), H5T_IEEE_F32LE, space, with_parents(), plan, H5P_DEFAULT));
    H5Sclose(space);
    H5Pclose(plan);
  }

  void remove(const std::string& path) { H5Ldelete(file_, path.c_str(), H5P_DEFAULT); }

  std::string content() const {
    H5Fflush(file_, H5F_SCOPE_GLOBAL);
    std::string bytes(static_cast<size_t>(H5Fget_file_image(file_, nullptr, 0)), '\0');
    H5Fget_file_image(file_, bytes.data(), bytes.size());
    return bytes;
  }

 private:
  static hid_t with_parents() {
    static const hid_t links = [] {
      const hid_t plan = H5Pcreate(H5P_LINK_CREATE);
      H5Pset_create_intermediate_group(plan, 1);
      return plan;
    }();
    return links;
  }
  static hid_t text_type(size_t size) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, size);
    return type;
  }
  void write_attribute(const std::string& path, const std::string& name, hid_t type, hid_t space, const void* data) {
    const hid_t object = H5Oopen(file_, path.c_str(), H5P_DEFAULT);
    H5Adelete(object, name.c_str());
    const hid_t attribute = H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, type, data);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
    H5Oclose(object);
  }

  hid_t file_;
};

inline std::string zip_of(const std::vector<std::pair<std::string, std::string>>& members, bool packed = false) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(target);
  zip_t* zip = zip_open_from_source(target, ZIP_TRUNCATE, &error);
  for (const auto& [name, content] : members) {
    const zip_int64_t index =
        zip_file_add(zip, name.c_str(), zip_source_buffer(zip, content.data(), content.size(), 0), 0);
    zip_set_file_compression(zip, static_cast<zip_uint64_t>(index), packed ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
    zip_file_set_mtime(zip, static_cast<zip_uint64_t>(index), 1704067200, 0);
  }
  zip_close(zip);
  zip_source_open(target);
  zip_stat_t status;
  zip_source_stat(target, &status);
  std::string bytes(status.size, '\0');
  zip_source_read(target, bytes.data(), bytes.size());
  zip_source_close(target);
  zip_source_free(target);
  return bytes;
}

}  // namespace fer
