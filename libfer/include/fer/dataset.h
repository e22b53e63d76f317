// Labelled 8-bit pictures in memory, and the reader of fer2013's CSV forms.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fer/class_names.h"
#include "fer/export.h"

namespace FER_PUBLIC fer {

// Which part of fer2013 a row belongs to. kNone: the file has no Usage column.
enum class Usage : uint8_t { kTraining, kPublicTest, kPrivateTest, kNone };
const char* usage_name(Usage usage);

// A row with this label takes part in nothing: its class was dropped (fer/classes.h).
inline constexpr uint8_t kNoLabel = 255;

// Pictures of one size that are decoded when they are asked for.
class PictureSource {
 public:
  virtual ~PictureSource() = default;
  virtual int64_t size() const = 0;
  // Overwrites out, height*width*channels bytes, with picture i. Safe to call from many threads. Throws Error.
  virtual void read(int64_t i, std::span<uint8_t> out) const = 0;
  // A checksum of picture i's bytes, known without reading it again.
  virtual uint64_t checksum(int64_t i) const = 0;
};

// n examples of one size, [n, height, width, channels]: as bytes in `pixels`, or, where they are too large for memory,
// behind `source`, or, where they are numbers (landmarks) instead of pictures, in `values`. One of the three is used.
struct Dataset {
  int64_t height = 48, width = 48, channels = 1;
  std::vector<uint8_t> pixels;
  std::vector<uint8_t> labels;  // empty where the file has no labels (Kaggle's test.csv)
  std::vector<Usage> usage;     // one per picture
  std::vector<std::string> class_names;
  std::shared_ptr<const PictureSource> source = nullptr;
  std::vector<float> values = {};
  std::vector<std::string> files = {};  // where each picture came from; empty: rows of one file

  int64_t picture_bytes() const { return height * width * channels; }
  int64_t size() const {
    if (source) return source->size();
    const size_t all = values.empty() ? pixels.size() : values.size();
    return picture_bytes() == 0 ? 0 : static_cast<int64_t>(all) / picture_bytes();
  }
  // Whether the examples are numbers (landmarks) instead of pictures.
  bool has_values() const { return !values.empty(); }
  // Picture i; only where the pictures are in `pixels`.
  std::span<const uint8_t> picture(int64_t i) const {
    return {pixels.data() + i * picture_bytes(), static_cast<size_t>(picture_bytes())};
  }
  // Example i; only where the examples are in `values`.
  std::span<const float> example(int64_t i) const {
    return {values.data() + i * picture_bytes(), static_cast<size_t>(picture_bytes())};
  }
  // False for a row whose class was dropped; true where there are no labels.
  bool takes_part(int64_t i) const { return labels.empty() || labels[static_cast<size_t>(i)] != kNoLabel; }
};

// Copies picture i, picture_bytes() bytes, wherever it is kept. Throws Error where it cannot be read any more, and
// where the data are no pictures.
void copy_picture(const Dataset& data, int64_t i, std::span<uint8_t> out);
// Overwrites out with picture i fitted to another size and number of channels (`fitted`, fer/image.h); without a change
// it is a copy.
void copy_fitted(const Dataset& data, int64_t i, int64_t height, int64_t width, int64_t channels,
                 std::span<uint8_t> out);

// Reads fer2013.csv (emotion,pixels,Usage), icml_face_data.csv (emotion, Usage, pixels), Kaggle's train.csv
// (emotion,pixels) or test.csv (pixels): any column order, quoted or bare fields, LF or CRLF, spaces around header
// names, with or without a final newline. Every byte is checked; uses up to num_threads() threads. Throws Error with
// file, line and column on anything else. `require_labels` false admits a file without an emotion column.
Dataset read_fer_csv(const std::string& path, bool require_labels = true);

// The row numbers of a split, without rows whose class was dropped. A split is a list of indices into a Dataset, so
// pictures are never copied.
std::vector<int64_t> rows_with_usage(const Dataset& data, Usage usage);

struct Split {
  std::vector<int64_t> train, validation;
};
// Draws a random share `validation_share` (0..1) of `rows` for validation and leaves the rest for training. The same
// seed gives the same rows on any machine.
Split random_split(std::span<const int64_t> rows, double validation_share, uint64_t seed);

}  // namespace fer
