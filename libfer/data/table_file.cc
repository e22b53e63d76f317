#include "data/table_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "core/descriptor.h"
#include "data/fer_csv.h"
#include "data/points_table.h"
#include "data/unpacking.h"
#include "fer/csv.h"
#include "fer/error.h"

namespace fer {
namespace data {
namespace {

// 300,000 pictures of 48x48 take 2.8 GB as text; a small archive may claim far more than a disk holds.
constexpr int64_t kMostBytes = int64_t{32} << 30;
constexpr int kMostLayers = 4;

std::string temporary_folder() {
  const char* folder = std::getenv("TMPDIR");
  return folder != nullptr && *folder != '\0' ? folder : "/tmp";
}

// A file without a name, which is gone as soon as it is closed.
class TemporaryFile final : public ByteSource {
 public:
  explicit TemporaryFile(std::string of) : of_(std::move(of)), folder_(temporary_folder()) {
    file_ = core::Descriptor(
        core::uninterrupted([&] { return ::open(folder_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600); }));
    if (file_.open()) return;
    std::string name = folder_ + "/fer_XXXXXX";
    file_ = core::Descriptor(::mkostemp(name.data(), O_CLOEXEC));
    if (!file_.open()) fail(errno);
    ::unlink(name.c_str());
  }

  void append(std::string_view bytes) {
    size_ += static_cast<int64_t>(bytes.size());
    if (size_ > kMostBytes) throw Error(of_ + ": expected at most 32 GiB of text, found more");
    if (const int error = core::write_all(file_.get(), bytes)) fail(error);
  }

  int64_t size() const override { return size_; }
  std::string_view read(int64_t begin, int64_t end, std::vector<char>& buffer) const override {
    const auto wanted = static_cast<size_t>(end - begin);
    if (buffer.size() < wanted) buffer.resize(wanted);
    for (size_t have = 0; have < wanted;) {
      const ssize_t count = core::uninterrupted([&] {
        return ::pread(file_.get(), buffer.data() + have, wanted - have,
                       static_cast<off_t>(begin) + static_cast<off_t>(have));
      });
      if (count <= 0) core::fail(of_ + ": the copy of it in " + folder_, "read", count < 0 ? errno : EIO);
      have += static_cast<size_t>(count);
    }
    return {buffer.data(), wanted};
  }

 private:
  [[noreturn]] void fail(int error) const {
    core::fail(of_ + ": a copy of it as plain text in " + folder_ + " (or where TMPDIR says)", "written", error);
  }

  std::string of_, folder_;
  core::Descriptor file_;
  int64_t size_ = 0;
};

std::unique_ptr<ByteSource> read_standard_input() {
  if (::isatty(STDIN_FILENO) == 1) {
    throw Error("-: expected a file on standard input, found a terminal: `< FILE` behind the command gives it one");
  }
  auto copy = std::make_unique<TemporaryFile>("-");
  std::vector<char> buffer(1 << 18);
  for (;;) {
    const ssize_t count = core::uninterrupted([&] { return ::read(STDIN_FILENO, buffer.data(), buffer.size()); });
    if (count < 0) core::fail("-", "read", errno);
    if (count == 0) return copy;
    copy->append({buffer.data(), static_cast<size_t>(count)});
  }
}

}  // namespace

std::unique_ptr<ByteSource> open_table(const std::string& path) {
  std::unique_ptr<ByteSource> source;
  if (path == "-") {
    source = read_standard_input();
  } else {
    source = std::make_unique<FileSource>(path);
  }
  for (int layer = 0; layer < kMostLayers; ++layer) {
    const Packing packing = packing_of(*source);
    if (packing == Packing::kNone) return source;
    auto copy = std::make_unique<TemporaryFile>(path);
    unpack(packing, *source, path, [&](std::string_view bytes) { copy->append(bytes); });
    source = std::move(copy);
  }
  throw Error(path + ": expected a CSV file, found archives within archives: unpack it first");
}

}  // namespace data

namespace {

Dataset read_from(const data::ByteSource& source, const std::string& name, const CsvOptions& options) {
  return data::has_points(source) ? data::read_points(source, name, options) : data::read_faces(source, name, options);
}

}  // namespace

Dataset read_table(const std::string& path, const CsvOptions& options) {
  return read_from(*data::open_table(path), path, options);
}

Dataset parse_table(std::string_view text, const std::string& name, const CsvOptions& options) {
  return read_from(data::MemorySource(text), name, options);
}

}  // namespace fer
