// What an HDF5 file holds: groups, texts and where the numbers are. Read in a child process.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fer::keras_file {

// A group or a dataset.
struct Stored {
  std::string path;                                       // in the file: "/model_weights/conv/conv/kernel:0"
  std::map<std::string, std::vector<std::string>> texts;  // attributes that are one text or several
  std::map<std::string, std::unique_ptr<Stored>> members;
  bool is_dataset = false;
  bool is_float = false;  // IEEE numbers of 16, 32 or 64 bits
  std::vector<int64_t> dims;

  // The member at a path below this one, or nullptr.
  const Stored* find(std::string_view below) const;
  // The texts of an attribute, also where Keras split it over NAME0, NAME1, ...; empty where there is none.
  std::vector<std::string> list(const std::string& name) const;
  bool has_list(const std::string& name) const;
};

// Numbers to be read: exactly a dataset's, rows contiguous.
struct Wanted {
  const Stored* dataset = nullptr;
  std::function<void(std::span<const float>)> take;
};

class StoredFile {
 public:
  // Throws Error (without the path) unless the file can be read whole. A regular file.
  explicit StoredFile(const std::string& path);
  // Reads content in memory.
  static StoredFile of_content(std::string content);
  ~StoredFile();
  StoredFile(StoredFile&& other) noexcept;
  StoredFile& operator=(StoredFile&&) = delete;

  const Stored& root() const { return root_; }
  // Throws Error where these are more numbers than such a file may have.
  void check(const std::vector<const Stored*>& datasets) const;
  // Hands over the numbers of each dataset, in order.
  void read(const std::vector<Wanted>& wanted) const;

 private:
  StoredFile() = default;
  void read_index();
  uint64_t limit() const;  // of numbers

  int fd_ = -1;          // of a file, or
  std::string content_;  // in memory
  uint64_t bytes_ = 0;
  Stored root_;
};

// The child's part: sends what the file holds, or the numbers of datasets.
class Sender;
void send_index(int64_t file, Sender& sender);
void send_values(int64_t file, const std::vector<Wanted>& wanted, Sender& sender);

// Between the two: what comes next.
enum class Tag : uint64_t { kEnd, kError, kGroup, kText, kDataset, kValues };

inline constexpr size_t kMaxMembers = 100'000;  // groups and datasets
inline constexpr size_t kMaxDepth = 32;
inline constexpr size_t kMaxPathBytes = 4096;
inline constexpr size_t kMaxTextBytes = size_t{4} << 20;    // of one text
inline constexpr size_t kMaxTextsBytes = size_t{16} << 20;  // of all texts
inline constexpr size_t kMaxRank = 8;
// Numbers that a file may give beyond its own size, as floats: compressed ones, and half-precision ones.
inline constexpr uint64_t kMaxExpansion = 8;
inline constexpr uint64_t kFreeBytes = uint64_t{64} << 20;

}  // namespace fer::keras_file
