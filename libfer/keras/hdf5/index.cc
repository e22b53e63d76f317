// In the child: what the file holds.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "keras/hdf5/child.h"
#include "keras/hdf5/handle.h"
#include "keras/hdf5/stored.h"

namespace fer::keras_file {
namespace {

// State of the optimizer: as large as the weights, and no business of ours.
bool is_skipped(const std::string& path) { return path == "/optimizer_weights" || path == "/optimizer"; }

class Walk {
 public:
  Walk(hid_t file, Sender& sender) : file_(file), sender_(sender) {}

  void group(const std::string& path, size_t depth) {
    if (depth > kMaxDepth) throw Hdf5Error("expected groups at most 32 deep, found more");
    const Handle group(H5Gopen2(file_, path.c_str(), H5P_DEFAULT), H5Gclose);
    refuse_second_visit(group);
    announce(Tag::kGroup, path);
    texts(group, path);
    H5G_info_t info;
    checked(H5Gget_info(group, &info));
    for (hsize_t i = 0; i < info.nlinks; ++i) link(group, i, path == "/" ? "/" : path + "/", depth);
  }

 private:
  void announce(Tag tag, const std::string& path) {
    if (++members_ > kMaxMembers) throw Hdf5Error("expected at most 100000 groups and datasets, found more");
    if (path.size() > kMaxPathBytes) throw Hdf5Error("expected paths of at most 4096 bytes, found a longer one");
    sender_.number(static_cast<uint64_t>(tag));
    sender_.text(path);
  }

  void refuse_second_visit(hid_t group) {
    H5O_info_t info;
    checked(H5Oget_info(group, &info));
    if (!groups_.insert(info.addr).second) throw Hdf5Error("expected each group once, found one that is linked twice");
  }

  void link(hid_t group, hsize_t i, const std::string& prefix, size_t depth) {
    const auto name_of = [&](char* to, size_t size) {
      return H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, to, size, H5P_DEFAULT);
    };
    const auto size = static_cast<size_t>(checked(name_of(nullptr, 0)));
    if (size > kMaxPathBytes) throw Hdf5Error("expected names of at most 4096 bytes, found a longer one");
    std::string name(size + 1, '\0');
    checked(name_of(name.data(), name.size()));
    name.resize(size);
    const std::string path = prefix + name;
    if (is_skipped(path)) return;
    H5L_info_t info;
    checked(H5Lget_info(group, name.c_str(), &info, H5P_DEFAULT));
    if (info.type != H5L_TYPE_HARD) throw Hdf5Error("'" + path + "': expected no soft or external links, found one");
    const Handle object(H5Oopen(group, name.c_str(), H5P_DEFAULT), H5Oclose);
    const H5I_type_t type = H5Iget_type(object);
    if (type == H5I_GROUP) return this->group(path, depth + 1);
    if (type == H5I_DATASET) dataset(object, path);
  }

  void dataset(hid_t dataset, const std::string& path) {
    const Handle space(H5Dget_space(dataset), H5Sclose), type(H5Dget_type(dataset), H5Tclose);
    const int rank = H5Sget_simple_extent_ndims(space);
    if (rank < 0 || rank > static_cast<int>(kMaxRank)) throw Hdf5Error("'" + path + "': expected at most 8 axes");
    std::vector<hsize_t> dims(static_cast<size_t>(rank) + 1);
    checked(H5Sget_simple_extent_dims(space, dims.data(), nullptr));
    const size_t bytes = H5Tget_size(type);
    const bool is_float = H5Tget_class(type) == H5T_FLOAT && (bytes == 2 || bytes == 4 || bytes == 8);
    announce(Tag::kDataset, path);
    sender_.number(is_float);
    sender_.number(static_cast<uint64_t>(rank));
    for (int axis = 0; axis < rank; ++axis) sender_.number(dims[static_cast<size_t>(axis)]);
    texts(dataset, path);
  }

  void texts(hid_t object, const std::string& path) {
    H5O_info_t info;
    checked(H5Oget_info2(object, &info, H5O_INFO_NUM_ATTRS));
    if (info.num_attrs > kMaxMembers) throw Hdf5Error("'" + path + "': expected fewer attributes");
    for (hsize_t i = 0; i < info.num_attrs; ++i) {
      const Handle attribute(H5Aopen_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, i, H5P_DEFAULT, H5P_DEFAULT),
                             H5Aclose);
      const Handle type(H5Aget_type(attribute), H5Tclose);
      if (H5Tget_class(type) == H5T_STRING) text(attribute, type, path);
    }
  }

  void text(hid_t attribute, hid_t type, const std::string& path) {
    const auto size = static_cast<size_t>(checked(H5Aget_name(attribute, 0, nullptr)));
    if (size > kMaxPathBytes) throw Hdf5Error("'" + path + "': expected attributes of shorter names");
    std::string name(size + 1, '\0');
    checked(H5Aget_name(attribute, name.size(), name.data()));
    name.resize(size);
    const Handle space(H5Aget_space(attribute), H5Sclose);
    const auto count = static_cast<size_t>(checked(H5Sget_simple_extent_npoints(space)));
    if (count > kMaxMembers) throw Hdf5Error("'" + path + "': expected attributes of fewer texts");
    const std::vector<std::string> values =
        checked(H5Tis_variable_str(type)) > 0 ? variable(attribute, type, space, count) : fixed(attribute, type, count);
    sender_.number(static_cast<uint64_t>(Tag::kText));
    sender_.text(name);
    sender_.number(values.size());
    for (const std::string& value : values) sender_.text(value);
  }

  void charge(size_t bytes) {
    if (bytes > kMaxTextBytes || (text_bytes_ += bytes) > kMaxTextsBytes) {
      throw Hdf5Error("expected attributes of at most 16 MiB in all and 4 MiB each, found more");
    }
  }

  std::vector<std::string> fixed(hid_t attribute, hid_t type, size_t count) {
    const size_t size = H5Tget_size(type);
    if (size == 0 || size > kMaxTextsBytes || count > kMaxTextsBytes / size) charge(kMaxTextsBytes + 1);
    std::vector<char> bytes(size * count);
    if (count > 0) checked(H5Aread(attribute, type, bytes.data()));
    std::vector<std::string> values;
    for (size_t i = 0; i < count; ++i) {
      // Padded with NULs, or ended by one.
      const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(i * size),
                 end = begin + static_cast<std::ptrdiff_t>(size);
      values.emplace_back(begin, std::find(begin, end, '\0'));
      charge(values.back().size());
    }
    return values;
  }

  std::vector<std::string> variable(hid_t attribute, hid_t type, hid_t space, size_t count) {
    std::vector<char*> texts(count, nullptr);
    if (count > 0) checked(H5Aread(attribute, type, texts.data()));
    std::vector<std::string> values;
    for (const char* text : texts) {
      values.emplace_back(text == nullptr ? "" : text);
      charge(values.back().size());
    }
    if (count > 0) H5Dvlen_reclaim(type, space, H5P_DEFAULT, texts.data());
    return values;
  }

  hid_t file_;
  Sender& sender_;
  size_t members_ = 0, text_bytes_ = 0;
  std::set<haddr_t> groups_;
};

}  // namespace

void send_index(int64_t file, Sender& sender) { Walk(file, sender).group("/", 0); }

}  // namespace fer::keras_file
