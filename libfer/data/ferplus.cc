#include "fer/ferplus.h"

#include <algorithm>
#include <charconv>
#include <numeric>

#include "core/file_kind.h"
#include "data/csv_columns.h"
#include "data/table_file.h"
#include "fer/error.h"

namespace fer {
namespace data {
namespace {

constexpr int kMostVotes = 100;
constexpr size_t kEmotions = 8, kColumns = 10;
constexpr std::array<const char*, kColumns> kNames = {"neutral", "happiness", "surprise", "sadness", "anger",
                                                      "disgust", "fear",      "contempt", "unknown", "nf"};

// Where the columns are in the file; -1: not there.
struct Header {
  int count = 0, usage = -1, image_name = -1;
  std::array<int, kColumns> votes;
};

// Image names end in numbers, which rise from row to row in the published file but for four places in 35,887: a file
// whose rows were sorted or shuffled gives itself away.
class NameOrder {
 public:
  void add(std::string_view name, int64_t line) {
    const size_t dot = std::min(name.find('.'), name.size());
    size_t begin = dot;
    while (begin > 0 && name[begin - 1] >= '0' && name[begin - 1] <= '9') --begin;
    int64_t number = 0;
    if (std::from_chars(name.data() + begin, name.data() + dot, number).ec != std::errc()) return;
    if (named_++ > 0 && number <= last_ && ++falls_ == 1) first_fall_ = line;
    last_ = number;
  }

  bool good() const { return falls_ <= 4 + named_ / 100; }
  std::string complaint() const {
    return "Image name, expected numbers that rise as in fer2013's order, found that " + std::to_string(falls_) +
           " of " + std::to_string(named_) + " do not, the first in line " + std::to_string(first_fall_);
  }

 private:
  int64_t named_ = 0, falls_ = 0, last_ = 0, first_fall_ = 0;
};

class FerPlusReader {
 public:
  FerPlusReader(const ByteSource& source, const std::string& name) : name_(name), lines_(source, name) {}

  FerPlus run() {
    std::string_view line;
    if (!lines_.next(line)) {
      throw_at(0, "file, expected a header such as Usage,Image name,neutral,..., found nothing");
    }
    read_header(line);
    while (lines_.next(line)) read_row(line);
    if (result_.votes.empty()) throw_at(0, "rows, expected at least one below the header, found none");
    if (!order_.good()) throw Error(name_ + ": " + order_.complaint());
    return std::move(result_);
  }

 private:
  [[noreturn]] void throw_at(size_t offset, std::string message) const { lines_.fail({offset, std::move(message)}); }

  void read_header(std::string_view line) {
    core::refuse_other_kinds(name_, core::Expected::kTable, line);
    header_.votes.fill(-1);
    separator_ = csv::separator_of(line);
    const auto take = [&](const std::string& name, const csv::Field&) -> std::optional<csv::Mistake> {
      if (name == "usage") header_.usage = header_.count;
      if (name == "image name") header_.image_name = header_.count;
      const auto at = std::find(kNames.begin(), kNames.end(), name) - kNames.begin();
      if (at < static_cast<int64_t>(kColumns)) header_.votes[at] = header_.count;
      ++header_.count;
      return std::nullopt;
    };
    if (const auto mistake = csv::each_column(line, separator_, take)) lines_.fail(*mistake);
    for (size_t k = 0; k < kColumns; ++k) {
      if (header_.votes[k] < 0)
        throw_at(0, "header, expected a column named " + std::string(kNames[k]) + ", found none");
    }
    if (header_.usage < 0) throw_at(0, "header, expected a column named Usage, found none");
  }

  void read_row(std::string_view line) {
    Votes votes{};
    const auto take = [&](int column, const csv::Field& as_it_stands) -> std::optional<csv::Mistake> {
      if (auto mistake = csv::check_text(as_it_stands)) return mistake;
      const csv::Field field = csv::trimmed(as_it_stands);
      const auto at = std::find(header_.votes.begin(), header_.votes.end(), column) - header_.votes.begin();
      if (at < static_cast<int64_t>(kColumns)) votes[at] = read_votes(field);
      if (column == header_.usage) result_.usage.push_back(read_usage(field));
      if (column == header_.image_name) order_.add(field.text, lines_.number());
      return std::nullopt;
    };
    if (const auto mistake = csv::each_field(line, separator_, header_.count, take)) lines_.fail(*mistake);
    result_.votes.push_back(votes);
  }

  uint8_t read_votes(const csv::Field& field) const {
    int value = 0;
    bool good = !field.text.empty() && field.text.size() <= 3;
    for (const char c : field.text) {
      good = good && c >= '0' && c <= '9';
      value = good ? value * 10 + (c - '0') : value;
    }
    if (good && value <= kMostVotes) return static_cast<uint8_t>(value);
    throw_at(field.offset, "votes, expected a whole number of 0 to " + std::to_string(kMostVotes) + ", found " +
                               csv::shown(field.text));
  }

  Usage read_usage(const csv::Field& field) const {
    for (const Usage usage : {Usage::kTraining, Usage::kPublicTest, Usage::kPrivateTest}) {
      if (field.text == usage_name(usage)) return usage;
    }
    throw_at(field.offset, "Usage, expected Training, PublicTest or PrivateTest, found " + csv::shown(field.text));
  }

  const std::string& name_;
  csv::Lines lines_;
  char separator_ = ',';
  Header header_;
  NameOrder order_;
  FerPlus result_;
};

// Counts of at most one are taken for slips.
Votes without_outliers(Votes votes) {
  for (uint8_t& count : votes) count = count <= 1 ? 0 : count;
  return votes;
}

void check_rows(const Dataset& data, const FerPlus& ferplus, const std::string& path) {
  const auto rows = static_cast<int64_t>(ferplus.votes.size());
  if (rows != data.size()) {
    throw Error(path + ": expected one row per picture of the data, " + std::to_string(data.size()) + ", found " +
                std::to_string(rows));
  }
  for (size_t i = 0; i < data.usage.size(); ++i) {
    if (data.usage[i] == Usage::kNone || data.usage[i] == ferplus.usage[i]) continue;
    throw Error(path + ":" + std::to_string(i + 2) + ": Usage, expected " + usage_name(data.usage[i]) +
                " as in the data's row " + std::to_string(i) + ", found " + usage_name(ferplus.usage[i]));
  }
}

}  // namespace
}  // namespace data

const std::vector<std::string>& ferplus_class_names() {
  static const std::vector<std::string> names = {"neutral", "happy",   "surprise", "sad",
                                                 "angry",   "disgust", "fear",     "contempt"};
  return names;
}

FerPlus parse_ferplus(std::string_view text, const std::string& name) {
  return data::FerPlusReader(data::MemorySource(text), name).run();
}

FerPlus read_ferplus(const std::string& path) { return data::FerPlusReader(*data::open_table(path), path).run(); }

uint8_t majority_label(const Votes& votes) {
  const Votes kept = data::without_outliers(votes);
  const auto largest = std::max_element(kept.begin(), kept.end());
  const int sum = std::accumulate(kept.begin(), kept.end(), 0);
  const auto label = static_cast<size_t>(largest - kept.begin());
  return 2 * *largest > sum && label < data::kEmotions ? static_cast<uint8_t>(label) : kNoLabel;
}

bool vote_distribution(const Votes& votes, std::array<float, data::kEmotions>& out) {
  const Votes kept = data::without_outliers(votes);
  const int sum = std::accumulate(kept.begin(), kept.end(), 0);
  const int emotions = std::accumulate(kept.begin(), kept.begin() + data::kEmotions, 0);
  out.fill(0);
  if (2 * emotions <= sum) return false;
  for (size_t k = 0; k < data::kEmotions; ++k) out[k] = static_cast<float>(kept[k]) / static_cast<float>(emotions);
  return true;
}

int64_t apply_ferplus(Dataset& data, const FerPlus& ferplus, const std::string& ferplus_path,
                      std::vector<float>* soft_targets) {
  data::check_rows(data, ferplus, ferplus_path);
  data.class_names = ferplus_class_names();
  data.labels.assign(ferplus.votes.size(), kNoLabel);
  if (soft_targets != nullptr) soft_targets->assign(ferplus.votes.size() * data::kEmotions, 0);
  for (size_t i = 0; i < ferplus.votes.size(); ++i) {
    if (soft_targets == nullptr) {
      data.labels[i] = majority_label(ferplus.votes[i]);
      continue;
    }
    std::array<float, data::kEmotions> target;
    const bool kept = vote_distribution(ferplus.votes[i], target);
    std::copy(target.begin(), target.end(), soft_targets->begin() + static_cast<int64_t>(i * data::kEmotions));
    const auto largest = std::max_element(target.begin(), target.end()) - target.begin();
    if (kept) data.labels[i] = static_cast<uint8_t>(largest);
  }
  return std::count(data.labels.begin(), data.labels.end(), kNoLabel);
}

}  // namespace fer
