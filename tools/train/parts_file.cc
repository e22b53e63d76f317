#include "tools/train/parts_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "fer/duplicates.h"
#include "fer/error.h"
#include "fer/file.h"
#include "fer/sources.h"
#include "tools/cli/cli.h"
#include "tools/cli/pictures.h"
#include "tools/train/run_files.h"

namespace fer::cli {
namespace {

constexpr const char* kHeader = "part,row,checksum";
constexpr size_t kMostBytes = size_t{1} << 32;

[[noreturn]] void refuse(const std::string& path, int64_t line) {
  throw Error(fmt::format("{}:{}: expected {} as fer-train writes them, found another line", path, line, kHeader));
}

}  // namespace

std::string parts_path(const std::string& folder) { return folder + "/parts.csv"; }

void write_parts(const std::string& folder, const Dataset& data, const TrainingRows& rows) {
  write_file(parts_path(folder), [&](const FileSink& sink) {
    std::string text = fmt::format("{}\n", kHeader);
    const auto add = [&](const char* part, const std::vector<int64_t>& members) {
      const std::vector<uint64_t> sums = picture_checksums(data, members);
      for (size_t i = 0; i < members.size(); ++i) {
        text += fmt::format("{},{},{:016x}\n", part, members[i], sums[i]);
        if (text.size() < (1 << 20)) continue;
        sink(text);
        text.clear();
      }
    };
    add("train", rows.train);
    add("validation", rows.validation);
    add("test", rows.test);
    sink(text);
  });
}

std::optional<std::unordered_set<uint64_t>> checksums_trained_on(const std::string& folder) {
  const std::string path = parts_path(folder);
  if (path_kind(path) == PathKind::kNone) return std::nullopt;
  const std::string text = read_file(path, kMostBytes, "the parts of a run that fer-train writes");
  std::unordered_set<uint64_t> sums;
  int64_t line = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view row = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    if (++line == 1) {
      if (row != kHeader) refuse(path, line);
      continue;
    }
    const size_t last = row.rfind(',');
    uint64_t sum = 0;
    if (last == std::string_view::npos) refuse(path, line);
    const auto [stop, error] = std::from_chars(row.data() + last + 1, row.data() + row.size(), sum, 16);
    if (error != std::errc() || stop != row.data() + row.size()) refuse(path, line);
    if (row.starts_with("train,")) sums.insert(sum);
  }
  return sums;
}

std::string held_out_text(const Dataset& data, const SplitOptions& split) {
  nlohmann::ordered_json json = {{"pictures", data.size()}, {"crc32", data_checksum(data)}, {"seed", split.seed}};
  if (split.folds > 0) {
    json.update({{"folds", split.folds}, {"fold", split.fold}});
  } else {
    json["validation"] = split.validation_share;
  }
  if (split.test_share > 0) json["test"] = split.test_share;
  if (split.unused_share > 0) json["unused"] = split.unused_share;
  if (!split.of.empty()) json["of"] = usages_name(split.of);
  if (split.private_test_too) json["private_test_too"] = true;
  if (!split.stratified) json["stratified"] = false;
  if (split.limit > 0) json["limit"] = split.limit;
  const bool in_sources = split.limit_rule == LimitRule::kEvenlyInSources && sources_of(data).size() > 1;
  if (split.limit > 0 && in_sources) json["limit_in_sources"] = true;
  return json.dump();
}

std::optional<SplitOptions> split_of_model(const std::string& text, const std::string& model, const Dataset& data) {
  if (text.empty()) return std::nullopt;
  try {
    const auto json = nlohmann::json::parse(text);
    const bool same = json.at("pictures").get<int64_t>() == data.size() && json.at("crc32") == data_checksum(data);
    if (!same) return std::nullopt;
    SplitOptions split{
        .official = false,
        .private_test_too = json.value("private_test_too", false),
        .validation_share = json.value("validation", 0.0),
        .test_share = json.value("test", 0.0),
        .folds = json.value("folds", int64_t{0}),
        .fold = json.value("fold", int64_t{0}),
        .stratified = json.value("stratified", true),
        .unused_share = json.value("unused", 0.0),
        .seed = json.at("seed").get<uint64_t>(),
        .limit = json.value("limit", int64_t{0}),
        .limit_rule = json.value("limit_in_sources", false) ? LimitRule::kEvenlyInSources : LimitRule::kEvenly};
    if (json.contains("of")) split.of = parse_usages("train", json.at("of").get<std::string>());
    const auto share = [](double s) { return s >= 0 && s < 1; };
    const bool folds = split.folds == 0 || (split.folds >= 2 && split.fold >= 1 && split.fold <= split.folds);
    if (share(split.validation_share) && share(split.test_share) && share(split.unused_share) && folds &&
        split.limit >= 0 && split.validation_share + split.test_share < 1) {
      return split;
    }
  } catch (const nlohmann::json::exception&) {
    // Said below, in our words.
  } catch (const UsageError&) {
  }
  throw Error(model + ": held_out: expected how fer-train divided the pictures, found other or damaged JSON");
}

}  // namespace fer::cli
