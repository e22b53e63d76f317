#include "data/split_names.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "data/csv_fields.h"

namespace fer::data {

std::optional<Usage> split_of(const std::string& name) {
  static constexpr std::pair<std::string_view, Usage> kSplits[] = {
      {"train", Usage::kTraining},          {"training", Usage::kTraining},        {"val", Usage::kPublicTest},
      {"valid", Usage::kPublicTest},        {"validation", Usage::kPublicTest},    {"dev", Usage::kPublicTest},
      {"publictest", Usage::kPublicTest},   {"test", Usage::kPrivateTest},         {"testing", Usage::kPrivateTest},
      {"privatetest", Usage::kPrivateTest}, {"trainset", Usage::kTraining},        {"trainingset", Usage::kTraining},
      {"valset", Usage::kPublicTest},       {"validationset", Usage::kPublicTest}, {"testset", Usage::kPrivateTest}};
  std::string key = csv::lower(name);
  std::erase_if(key, [](char c) { return c == '_' || c == '-' || c == ' '; });
  const auto found = std::ranges::find(kSplits, key, [](const auto& split) { return split.first; });
  return found == std::end(kSplits) ? std::nullopt : std::optional(found->second);
}

}  // namespace fer::data
