// Labelled 8-bit pictures in memory, and the reader of fer2013's CSV forms.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace fer {

// Which part of fer2013 a row belongs to. kNone: the file has no Usage column.
enum class Usage : uint8_t { kTraining, kPublicTest, kPrivateTest, kNone };
const char* usage_name(Usage usage);

// The seven names of fer2013's labels, in label order: angry, disgust, fear, happy, sad, surprise, neutral.
const std::vector<std::string>& fer2013_class_names();

// n pictures of one size, pixels [n, height, width, channels] as bytes.
struct Dataset {
  int64_t height = 48, width = 48, channels = 1;
  std::vector<uint8_t> pixels;
  std::vector<uint8_t> labels;  // empty where the file has no labels (Kaggle's test.csv)
  std::vector<Usage> usage;     // one a picture
  std::vector<std::string> class_names;

  int64_t picture_bytes() const { return height * width * channels; }
  int64_t size() const { return picture_bytes() == 0 ? 0 : static_cast<int64_t>(pixels.size()) / picture_bytes(); }
  std::span<const uint8_t> picture(int64_t i) const {
    return {pixels.data() + i * picture_bytes(), static_cast<size_t>(picture_bytes())};
  }
};

// Reads fer2013.csv (emotion,pixels,Usage), icml_face_data.csv (emotion, Usage, pixels), Kaggle's train.csv
// (emotion,pixels) or test.csv (pixels): any column order, quoted or bare fields, LF or CRLF, spaces around header
// names, with or without a final newline. Every byte is checked; uses up to num_threads() threads. Throws Error with
// file, line and column on anything else. `require_labels` false admits a file without an emotion column.
Dataset read_fer_csv(const std::string& path, bool require_labels = true);

// Row numbers of a split. Pictures are never copied: a split is a list of indices into a Dataset.
std::vector<int64_t> rows_with_usage(const Dataset& data, Usage usage);

struct Split {
  std::vector<int64_t> train, validation;
};
// A random share `validation_share` (0..1) of `rows` for validation, the rest for training: the same for the same seed
// on any machine.
Split random_split(std::span<const int64_t> rows, double validation_share, uint64_t seed);

}  // namespace fer
