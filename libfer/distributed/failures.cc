#include "distributed/failures.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "fer/error.h"

namespace fer::distributed {
namespace {

std::string line_of(const Failure& failure) { return failure.place + ": " + failure.message; }

const Failure* other_failure(const std::vector<Failure>& said, int rank) {
  for (size_t r = 0; r < said.size(); ++r) {
    if (said[r].said && said[r].own && static_cast<int>(r) != rank) return &said[r];
  }
  return nullptr;
}

}  // namespace

Failure failure_of(const std::string& message, const std::vector<Failure>& said, int rank, const std::string& host) {
  const Failure* other = other_failure(said, rank);
  const bool own = other == nullptr || message.find(line_of(*other)) == std::string::npos;
  return {.said = true, .own = own, .message = message, .place = fmt::format("rank {} on {}", rank, host)};
}

void expect_no_failure(const std::vector<Failure>& said, int rank) {
  if (const Failure* other = other_failure(said, rank)) throw Error(line_of(*other));
}

std::string shown_line(const std::vector<Failure>& said, int rank) {
  const auto first = std::find_if(said.begin(), said.end(), [](const Failure& each) { return each.said && each.own; });
  if (first == said.end() || first - said.begin() != rank) return {};
  const bool all_the_same = std::all_of(
      said.begin(), said.end(), [&](const Failure& each) { return each.said && each.message == first->message; });
  return all_the_same ? first->message : line_of(*first);
}

std::string no_answer(const std::vector<int>& ranks, double seconds) {
  std::vector<std::string> names;
  names.reserve(ranks.size());
  for (const int rank : ranks) names.push_back(fmt::format("rank {}", rank));
  return fmt::format("no answer from {} within {:.6g} s: it hangs, or its machine is gone or slow",
                     fmt::join(names, ", "), seconds);
}

std::string failure_text(const Failure& failure) {
  return fmt::format("{}{}\n{}", failure.own ? '1' : '0', failure.place, failure.message);
}

Failure failure_from_text(const std::string& text) {
  const size_t line = text.find('\n');
  if (text.empty() || line == std::string::npos) return {.said = true, .own = true, .message = text, .place = "a rank"};
  return {.said = true, .own = text[0] == '1', .message = text.substr(line + 1), .place = text.substr(1, line - 1)};
}

}  // namespace fer::distributed
