// In the child: the file itself, and numbers from it.
#include <algorithm>
#include <array>
#include <new>
#include <string>
#include <vector>

#include "keras/hdf5/child.h"
#include "keras/hdf5/handle.h"
#include "keras/hdf5/stored.h"

namespace fer::keras_file {
namespace {

void refuse_storage(hid_t dataset, const std::string& path) {
  const Handle plan(H5Dget_create_plist(dataset), H5Pclose);
  if (H5Pget_layout(plan) == H5D_VIRTUAL) {
    throw Hdf5Error("'" + path + "': expected numbers in this file, found a virtual dataset");
  }
  if (checked(H5Pget_external_count(plan)) > 0) {
    throw Hdf5Error("'" + path + "': expected numbers in this file, found them in another");
  }
  constexpr std::array kKnown = {H5Z_FILTER_DEFLATE, H5Z_FILTER_SHUFFLE, H5Z_FILTER_FLETCHER32};
  const int filters = checked(H5Pget_nfilters(plan));
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0, config = 0;
    size_t values = 0;
    const H5Z_filter_t filter =
        H5Pget_filter2(plan, static_cast<unsigned>(i), &flags, &values, nullptr, 0, nullptr, &config);
    if (std::find(kKnown.begin(), kKnown.end(), filter) != kKnown.end()) continue;
    throw Hdf5Error("'" + path + "': expected gzip, shuffle or fletcher32, found filter " + std::to_string(filter));
  }
}

void send(hid_t file, const Stored& stored, Sender& sender) {
  const Handle dataset(H5Dopen2(file, stored.path.c_str(), H5P_DEFAULT), H5Dclose);
  refuse_storage(dataset, stored.path);
  const Handle space(H5Dget_space(dataset), H5Sclose);
  const auto count = static_cast<size_t>(checked(H5Sget_simple_extent_npoints(space)));
  std::vector<float> values(count);
  if (count > 0) checked(H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
  sender.number(static_cast<uint64_t>(Tag::kValues));
  sender.number(count);
  sender.bytes(values.data(), count * sizeof(float));
}

// HDF5 keeps what went wrong, outermost call first, also where it prints nothing.
herr_t note_lack_of_memory(unsigned, const H5E_error2_t* error, void* found) {
  const bool lack = error->maj_num == H5E_RESOURCE || error->min_num == H5E_NOSPACE || error->min_num == H5E_CANTALLOC;
  if (lack) *static_cast<bool*>(found) = true;
  return 0;
}

void be_quiet() {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  H5PLset_loading_state(0);
}

}  // namespace

void fail_in_hdf5() {
  bool no_memory = false;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, note_lack_of_memory, &no_memory);
  if (no_memory) throw std::bad_alloc();
  throw Hdf5Error("expected a whole HDF5 file, found a damaged one");
}

hid_t open_hdf5(int fd) {
  be_quiet();
  return H5Fopen(("/proc/self/fd/" + std::to_string(fd)).c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
}

hid_t open_hdf5(std::string_view content) {
  be_quiet();
  // HDF5 would copy the content twice; these let it have the one that is there.
  void* const here = const_cast<char*>(content.data());
  H5FD_file_image_callbacks_t callbacks = {};
  callbacks.image_malloc = [](size_t, H5FD_file_image_op_t, void* data) { return data; };
  callbacks.image_memcpy = [](void* to, const void*, size_t, H5FD_file_image_op_t, void*) { return to; };
  callbacks.image_free = [](void*, H5FD_file_image_op_t, void*) -> herr_t { return 0; };
  callbacks.udata_copy = [](void* data) { return data; };
  callbacks.udata_free = [](void*) -> herr_t { return 0; };
  callbacks.udata = here;
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  checked(H5Pset_fapl_core(access, 1 << 16, false));
  checked(H5Pset_file_image_callbacks(access, &callbacks));
  checked(H5Pset_file_image(access, here, content.size()));
  return H5Fopen("content", H5F_ACC_RDONLY, access);
}

void send_values(int64_t file, const std::vector<Wanted>& wanted, Sender& sender) {
  for (const Wanted& one : wanted) send(file, *one.dataset, sender);
}

}  // namespace fer::keras_file
