#include "tools/live/pace.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace fer::live {
namespace {

double seconds(Clock::duration time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

void Pace::add(Clock::time_point read, Clock::time_point done, bool detected) {
  if (latencies_ms_.empty()) first_read_ = read;
  latencies_ms_.push_back(static_cast<float>(1000 * seconds(done - read)));
  last_ = done;
  detections_ += detected ? 1 : 0;
  recent_.push_back(done);
  while (recent_.size() > 2 && seconds(done - recent_.front()) > 1) recent_.pop_front();
}

double Pace::frames_per_second() const {
  if (recent_.size() < 2) return 0;
  const double time = seconds(recent_.back() - recent_.front());
  return time > 0 ? static_cast<double>(recent_.size() - 1) / time : 0;
}

std::string Pace::summary() const {
  if (latencies_ms_.empty()) return "no frames";
  std::vector<float> sorted = latencies_ms_;
  std::sort(sorted.begin(), sorted.end());
  // The smallest value that so many are not above.
  const auto quantile = [&](double share) {
    const auto rank = static_cast<size_t>(std::ceil(share * static_cast<double>(sorted.size())));
    return sorted[std::max<size_t>(rank, 1) - 1];
  };
  const double time = seconds(last_ - first_read_);
  const double rate = time > 0 ? static_cast<double>(sorted.size()) / time : 0;
  return fmt::format(
      "{} frame{} in {:.2f} s: {:.1f} frames per second; a frame was ready {:.0f} ms after it was read (median; 99 % "
      "within "
      "{:.0f} ms)",
      sorted.size(), sorted.size() == 1 ? "" : "s", time, rate, quantile(0.5), quantile(0.99));
}

}  // namespace fer::live
