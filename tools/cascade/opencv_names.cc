#include "tools/cascade/opencv_names.h"

#include <algorithm>
#include <cctype>
#include <map>

namespace fer::cli {
namespace {

const std::map<std::string, std::string, std::less<>>& names() {
  static const std::map<std::string, std::string, std::less<>> all = {
      {"-data", "--data"},
      {"-vec", "--vec"},
      {"-bg", "--bg"},
      {"-info", "--info"},
      {"-num", "--num"},
      {"-numPos", "--num-pos"},
      {"-numNeg", "--num-neg"},
      {"-numStages", "--num-stages"},
      {"-precalcValBufSize", "--precalc-val-buf-size"},
      {"-precalcIdxBufSize", "--precalc-idx-buf-size"},
      {"-numThreads", "--threads"},
      {"-acceptanceRatioBreakValue", "--acceptance-ratio-break"},
      {"-featureType", "--feature-type"},
      {"-stageType", "--stage-type"},
      {"-bt", "--boost"},
      {"-minHitRate", "--min-hit-rate"},
      {"-maxFalseAlarmRate", "--max-false-alarm"},
      {"-weightTrimRate", "--weight-trim"},
      {"-maxDepth", "--max-depth"},
      {"-maxWeakCount", "--max-weak"},
      {"-mode", "--mode"}};
  return all;
}

bool is_number(const std::string& word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

}  // namespace

std::vector<std::string> without_opencv_names(const std::vector<std::string>& words) {
  std::vector<std::string> ours;
  for (size_t i = 0; i < words.size(); ++i) {
    const bool number = i + 1 < words.size() && is_number(words[i + 1]);
    const auto found = names().find(words[i]);
    if (found != names().end()) {
      ours.push_back(found->second);
    } else if (number && (words[i] == "-w" || words[i] == "-h")) {
      ours.emplace_back(words[i] == "-w" ? "--width" : "--height");
    } else {
      ours.push_back(words[i]);
    }
    const bool chosen = ours.size() > 1 && (ours[ours.size() - 2] == "--mode" || ours[ours.size() - 2] == "--boost");
    if (!chosen) continue;
    for (char& c : ours.back()) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return ours;
}

}  // namespace fer::cli
