#include "data/fer_csv.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <span>

#include "core/file_kind.h"
#include "core/parallel.h"
#include "data/byte_source.h"
#include "data/csv_row.h"
#include "data/table_file.h"
#include "fer/error.h"

namespace fer {
namespace data {
namespace {

// A chunk holds the rows that begin in it. Chunks are read and parsed side by side, a window of them at a time, then
// joined in order: so memory is bounded, and the first mistake in the file is the one that is reported.
constexpr int64_t kChunkBytes = 1 << 18;  // stays in a second-level cache from read to parse
constexpr int64_t kWindowChunks = 64;
constexpr int kMaxSlots = 64;

struct Chunk {
  csv::Rows rows;
  int64_t lines = 0;  // whole lines; a mistake is in the one after them
  std::optional<csv::Mistake> mistake;
  std::exception_ptr failure;

  void clear() {
    rows.clear();
    lines = 0;
    mistake.reset();
    failure = nullptr;
  }
};

std::string_view without_cr(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

csv::Mistake line_too_long() {
  return {csv::kMaxLineBytes, "line, expected at most " + std::to_string(csv::kMaxLineBytes) + " bytes, found more"};
}

class CsvReader {
 public:
  CsvReader(const ByteSource& source, const std::string& name, const CsvOptions& options)
      : source_(source), name_(name), options_(options), rule_(options.label_names) {}

  Dataset run() {
    read_header();
    end_ = without_blank_end();
    if (body_ >= end_) fail(2, {0, "rows, expected at least one below the header, found none"});
    look_at_first_rows();
    std::vector<Chunk> window(kWindowChunks);
    const int64_t chunks = (end_ - body_ + kChunkBytes - 1) / kChunkBytes;
    for (int64_t first = 0; first < chunks; first += kWindowChunks) {
      const int64_t count = std::min(kWindowChunks, chunks - first);
      parallel_for_slots(count, kMaxSlots,
                         [&](int64_t i, int slot) { parse_chunk(first + i, buffers_[slot], window[i]); });
      for (int64_t i = 0; i < count; ++i) append(window[i]);
      if (first == 0) reserve(std::min(end_, body_ + count * kChunkBytes) - body_);
    }
    rule_.finish(labels_, data_);
    return std::move(data_);
  }

 private:
  [[noreturn]] void fail(int64_t line, const csv::Mistake& mistake) const {
    throw Error(name_ + ":" + std::to_string(line) + ":" + std::to_string(mistake.offset + 1) + ": " + mistake.message);
  }

  void read_header() {
    const auto most = static_cast<int64_t>(csv::kMaxLineBytes) + 3 + 1;
    std::string_view text = source_.read(0, std::min(source_.size(), most), buffers_[0]);
    if (text.empty()) fail(1, {0, "file, expected a header such as emotion,pixels,Usage, found nothing"});
    const size_t mark = text.starts_with("\xef\xbb\xbf") ? 3 : 0;  // UTF-8's byte order mark
    const size_t newline = text.find('\n');
    if (newline == std::string_view::npos && text.size() > csv::kMaxLineBytes) {
      core::refuse_other_kinds(name_, core::Expected::kTable, text);
      fail(1, line_too_long());
    }
    const std::string_view line = without_cr(text.substr(mark, std::min(newline, text.size()) - mark));
    if (auto mistake = csv::parse_header(line, options_, columns_)) {
      core::refuse_other_kinds(name_, core::Expected::kTable, text);
      mistake->offset += mark;
      fail(1, *mistake);
    }
    body_ = newline == std::string_view::npos ? source_.size() : static_cast<int64_t>(newline) + 1;
    data_.height = columns_.height;
    data_.width = columns_.width;
    data_.channels = columns_.channels;
    rule_.call(columns_.label_name);
    if (columns_.has_header) return;
    body_ = static_cast<int64_t>(mark);
    lines_ = 0;
  }

  // What only rows can say: which column has the labels, and whether these are names.
  void look_at_first_rows() {
    const std::vector<std::string> rows = first_rows();
    if (columns_.label_undecided) {
      if (const auto mistake = csv::decide_label_column(rows, columns_)) fail(1, *mistake);
    }
    if (columns_.emotion < 0 || rows.empty()) return;
    csv::Fields fields(rows[0], columns_.separator);
    csv::Field field;
    for (int column = 0; column <= columns_.emotion; ++column) {
      if (fields.at_end() || fields.next(field)) return;  // which reading the row says
    }
    rule_.decide(field);
  }

  std::vector<std::string> first_rows() {
    constexpr int64_t kBytes = 1 << 20;
    constexpr size_t kMost = 256;
    const std::string_view text = source_.read(body_, std::min(end_, body_ + kBytes), buffers_[0]);
    std::vector<std::string> rows;
    for (size_t pos = 0; pos < text.size() && rows.size() < kMost;) {
      const size_t end = std::min(text.find('\n', pos), text.size());
      const bool whole = end < text.size() || body_ + kBytes >= end_;
      if (whole || rows.empty()) rows.emplace_back(without_cr(text.substr(pos, end - pos)));
      pos = end + 1;
    }
    return rows;
  }

  // Where the file ends if line ends after the last row's are not counted.
  int64_t without_blank_end() {
    int64_t end = source_.size();
    while (end > body_) {
      const int64_t begin = std::max(body_, end - kChunkBytes);
      const std::string_view text = source_.read(begin, end, buffers_[0]);
      const size_t last = text.find_last_not_of("\r\n");
      if (last != std::string_view::npos) return begin + static_cast<int64_t>(last) + 1;
      end = begin;
    }
    return end;
  }

  // Never throws: it runs in a parallel loop.
  void parse_chunk(int64_t index, std::vector<char>& buffer, Chunk& chunk) const {
    chunk.clear();
    try {
      parse_rows(index, buffer, chunk);
    } catch (...) {
      chunk.failure = std::current_exception();
    }
  }

  void parse_rows(int64_t index, std::vector<char>& buffer, Chunk& chunk) const {
    // From the byte before, which says whether a row begins at the first, to the end of the longest row that may begin
    // in the chunk.
    const int64_t begin = body_ + index * kChunkBytes - 1;
    const int64_t end = std::min(end_, begin + 1 + kChunkBytes + static_cast<int64_t>(csv::kMaxLineBytes) + 1);
    // (Without a header nothing is before the first row.)
    const bool at_start = begin < 0 || (index == 0 && !columns_.has_header);
    const std::string_view text = source_.read(at_start ? begin + 1 : begin, end, buffer);
    const size_t limit = std::min<size_t>(text.size(), kChunkBytes + (at_start ? 0 : 1));
    size_t pos = 0;
    if (at_start) {
      pos = parse_line(text, 0, chunk, end == source_.size());
    } else {
      pos = text.find('\n');
    }
    while (pos < limit && pos + 1 < limit && !chunk.mistake)
      pos = parse_line(text, pos + 1, chunk, end == source_.size());
  }

  // Returns where the line ends. to_end: the text goes to the end of the file.
  size_t parse_line(std::string_view text, size_t pos, Chunk& chunk, bool to_end) const {
    const size_t end = std::min(text.find('\n', pos), text.size());
    const bool last = to_end && end == text.size();
    if (end - pos > csv::kMaxLineBytes) {
      chunk.mistake = line_too_long();
    } else {
      chunk.mistake = csv::parse_row(without_cr(text.substr(pos, end - pos)), columns_, rule_, chunk.rows);
    }
    if (!chunk.mistake) ++chunk.lines;
    if (chunk.mistake && last) chunk.mistake->message += " (the file ends in this line: is it whole?)";
    return end;
  }

  void append(const Chunk& chunk) {
    if (chunk.failure) std::rethrow_exception(chunk.failure);
    lines_ += chunk.lines;
    if (chunk.mistake) fail(lines_ + 1, *chunk.mistake);
    const auto join = [](auto& all, const auto& part) { all.insert(all.end(), part.begin(), part.end()); };
    join(data_.pixels, chunk.rows.pixels);
    if (!labels_.append(chunk.rows.labels))
      throw Error(name_ + ": " + columns_.label_name + ", expected the names of at most 254 classes, found more");
    join(data_.usage, chunk.rows.usage);
  }

  // Reserves room for the rest, at as many rows per byte as there were in the first `bytes`.
  void reserve(int64_t bytes) {
    const double share = 1.005 * static_cast<double>(end_ - body_) / static_cast<double>(bytes);
    data_.pixels.reserve(static_cast<size_t>(share * static_cast<double>(data_.pixels.size())));
  }

  const ByteSource& source_;
  const std::string& name_;
  const CsvOptions& options_;
  csv::LabelRule rule_;
  csv::Labels labels_;
  csv::Columns columns_;
  int64_t body_ = 0, end_ = 0;  // the rows are [body_, end_) of the source
  int64_t lines_ = 1;           // joined so far
  std::vector<std::vector<char>> buffers_ = std::vector<std::vector<char>>(kMaxSlots);
  Dataset data_;
};

}  // namespace

Dataset parse_fer_csv(std::string_view text, const std::string& name, bool require_labels) {
  return read_faces(MemorySource(text), name, {.require_labels = require_labels});
}

Dataset read_faces(const ByteSource& source, const std::string& name, const CsvOptions& options) {
  return CsvReader(source, name, options).run();
}

}  // namespace data

Dataset read_fer_csv(const std::string& path, bool require_labels) {
  return data::read_faces(*data::open_table(path), path, {.require_labels = require_labels});
}

}  // namespace fer
