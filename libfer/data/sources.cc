#include "fer/sources.h"

#include <algorithm>

#include "core/parallel.h"
#include "data/checksum.h"
#include "fer/class_names.h"
#include "fer/error.h"

namespace fer {
namespace {

// The pictures of several data sets, of one size when they are asked for.
class JoinedPictures final : public PictureSource {
 public:
  JoinedPictures(std::vector<Dataset> parts, std::vector<SourceRows> sources, const Shape& picture)
      : parts_(std::move(parts)), sources_(std::move(sources)), picture_(picture) {
    int64_t size = 0;
    for (const Dataset& part : parts_) ends_.push_back(size += part.size());
    // (Of bytes in memory it is soon made, and asked for again and again.)
    checksums_.resize(static_cast<size_t>(size));
    parallel_ranges(size, 256, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const auto [part, row] = place(i);
        checksums_[static_cast<size_t>(i)] =
            part->source ? part->source->checksum(row) : data::checksum_of(part->picture(row));
      }
    });
  }

  const std::vector<SourceRows>& sources() const { return sources_; }
  int64_t size() const override { return ends_.back(); }
  uint64_t checksum(int64_t i) const override { return checksums_[static_cast<size_t>(i)]; }
  void read(int64_t i, std::span<uint8_t> out) const override {
    const auto [part, row] = place(i);
    copy_fitted(*part, row, picture_[0], picture_[1], picture_[2], out);
  }

 private:
  std::pair<const Dataset*, int64_t> place(int64_t i) const {
    const auto part = std::upper_bound(ends_.begin(), ends_.end(), i) - ends_.begin();
    return {&parts_[static_cast<size_t>(part)], i - (part == 0 ? 0 : ends_[static_cast<size_t>(part - 1)])};
  }

  std::vector<Dataset> parts_;
  std::vector<SourceRows> sources_;
  Shape picture_;
  std::vector<int64_t> ends_;
  std::vector<uint64_t> checksums_;
};

std::vector<std::string> joined_classes(const std::vector<Dataset>& parts) {
  std::vector<std::string> names;
  for (const Dataset& part : parts) {
    for (const std::string& name : part.class_names) {
      const std::string canonical = canonical_class_name(name);
      if (std::find(names.begin(), names.end(), canonical) == names.end()) names.push_back(canonical);
    }
  }
  std::vector<std::string> known;
  for (const std::string& name : known_class_names()) {
    if (std::find(names.begin(), names.end(), name) != names.end()) known.push_back(name);
  }
  if (names.size() >= kNoLabel) {
    throw Error("sources: expected at most 254 classes together, found " + std::to_string(names.size()));
  }
  return known.size() == names.size() ? known : names;
}

void check_kinds(const std::vector<Dataset>& parts, const std::vector<std::string>& names) {
  if (parts.empty() || parts.size() != names.size()) throw Error("sources: expected one or more, and a name for each");
  for (size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].has_values()) throw Error(names[i] + ": expected pictures, as several sources are, found landmarks");
    if (parts[i].labels.empty() != parts[0].labels.empty()) {
      throw Error((parts[i].labels.empty() ? names[i] : names[0]) +
                  ": expected labels as in the other sources, found none");
    }
  }
}

// Labels, parts and places of the rows.
void append_rows(Dataset& all, Dataset& part, const std::string& name, bool with_files) {
  std::vector<uint8_t> label_of;
  for (const std::string& own : part.class_names) {
    const auto at = std::find(all.class_names.begin(), all.class_names.end(), canonical_class_name(own));
    label_of.push_back(static_cast<uint8_t>(at - all.class_names.begin()));
  }
  for (const uint8_t label : part.labels) all.labels.push_back(label < label_of.size() ? label_of[label] : kNoLabel);
  all.usage.insert(all.usage.end(), part.usage.begin(), part.usage.end());
  if (!with_files) return;
  for (int64_t row = 0; row < part.size(); ++row) {
    all.files.push_back(part.files.empty() ? name + " row " + std::to_string(row)
                                           : std::move(part.files[static_cast<size_t>(row)]));
  }
}

}  // namespace

Dataset join_sources(std::vector<Dataset> parts, const std::vector<std::string>& names, const Shape& picture) {
  check_kinds(parts, names);
  Dataset all;
  all.class_names = joined_classes(parts);
  const bool with_files =
      std::any_of(parts.begin(), parts.end(), [](const Dataset& part) { return !part.files.empty(); });
  for (size_t i = 0; i < parts.size(); ++i) append_rows(all, parts[i], names[i], with_files);
  std::vector<SourceRows> sources;
  for (size_t i = 0; i < parts.size(); ++i) sources.push_back({names[i], parts[i].size()});
  all.height = picture[0];
  all.width = picture[1];
  all.channels = picture[2];
  for (Dataset& part : parts) {
    part.labels = {};
    part.usage = {};
    part.files = {};
  }
  all.source = std::make_shared<JoinedPictures>(std::move(parts), std::move(sources), picture);
  return all;
}

std::vector<SourceRows> sources_of(const Dataset& data) {
  const auto* joined = dynamic_cast<const JoinedPictures*>(data.source.get());
  return joined == nullptr ? std::vector<SourceRows>() : joined->sources();
}

std::vector<size_t> sources_of_rows(const Dataset& data, std::span<const int64_t> rows) {
  std::vector<int64_t> ends;
  for (const SourceRows& source : sources_of(data)) ends.push_back((ends.empty() ? 0 : ends.back()) + source.rows);
  std::vector<size_t> numbers(rows.size());
  for (size_t i = 0; i < rows.size() && !ends.empty(); ++i) {
    numbers[i] = static_cast<size_t>(std::upper_bound(ends.begin(), ends.end(), rows[i]) - ends.begin());
  }
  return numbers;
}

}  // namespace fer
