#include "tools/train/profile_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace fer::cli {
namespace {

double share(double part, double whole) { return whole > 0 ? 100 * part / whole : 0; }

std::string rate(const ProfileRow& row) {
  return row.gflop > 0 && row.seconds > 0 ? fmt::format("{:.0f}", row.gflop / row.seconds) : "";
}

std::string megabytes(const ProfileRow& row) { return row.megabytes > 0 ? fmt::format("{:.1f}", row.megabytes) : ""; }

}  // namespace

std::string profile_table(const TrainingProfile& profile) {
  size_t width = 5;
  for (const ProfileRow& row : profile.rows) width = std::max(width, row.layer.size());
  const auto line = [&](const auto& layer, const auto& pass, const auto& ms, const auto& percent, const auto& gflops,
                        const auto& mb, const auto& algorithm) {
    std::string text = fmt::format("{:<{}}  {:<17}  {:>8}  {:>6}  {:>8}  {:>7}  {}", layer, width, pass, ms, percent,
                                   gflops, mb, algorithm);
    text.erase(text.find_last_not_of(' ') + 1);
    return text + "\n";
  };
  std::string table = line("layer", "pass", "ms", "%", "GFLOP/s", "MB", "algorithm");
  for (const ProfileRow& row : profile.rows) {
    table +=
        line(row.layer, row.pass, fmt::format("{:.3f}", 1e3 * row.seconds),
             fmt::format("{:.1f}", share(row.seconds, profile.step_seconds)), rate(row), megabytes(row), row.algorithm);
  }
  const auto images = static_cast<double>(profile.pictures_per_step);
  table += fmt::format(
      "\none step of {} pictures: {:.1f} ms, {:.0f} images/s (medians of {} steps); accounted for: {:.1f} %\n",
      profile.pictures_per_step, 1e3 * profile.step_seconds, images / profile.step_seconds, profile.steps,
      share(profile.accounted_seconds(), profile.step_seconds));
  return table;
}

std::string profile_json(const TrainingProfile& profile) {
  nlohmann::ordered_json json = {{"batch_size", profile.batch_size},
                                 {"pictures_per_step", profile.pictures_per_step},
                                 {"steps", profile.steps},
                                 {"step_seconds", profile.step_seconds},
                                 {"accounted_seconds", profile.accounted_seconds()}};
  json["rows"] = nlohmann::ordered_json::array();
  for (const ProfileRow& row : profile.rows) {
    json["rows"].push_back({{"layer", row.layer},
                            {"type", row.type},
                            {"pass", row.pass},
                            {"algorithm", row.algorithm},
                            {"seconds", row.seconds},
                            {"gflop", row.gflop},
                            {"megabytes", row.megabytes}});
  }
  return json.dump() + "\n";
}

}  // namespace fer::cli
