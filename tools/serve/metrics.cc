#include "tools/serve/metrics.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

#include "fer/version.h"

namespace fer::serve {
namespace {

void describe(std::string& text, const char* name, const char* kind, const char* help) {
  text += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, kind);
}

template <class Value>
void one(std::string& text, const char* name, const char* kind, const char* help, Value value) {
  describe(text, name, kind, help);
  text += fmt::format("{} {}\n", name, value);
}

// Of this process: what lies in memory.
int64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  int64_t size = 0, resident = 0;
  return file >> size >> resident ? resident * sysconf(_SC_PAGESIZE) : 0;
}

double cpu_seconds() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

void Metrics::request(const std::string& route, int status, double seconds) {
  const std::lock_guard lock(mutex_);
  Route& r = routes_[route];
  ++r.statuses[status];
  ++r.count;
  r.seconds += seconds;
  for (size_t i = 0; i < kBounds.size(); ++i) {
    if (seconds > kBounds[i]) continue;
    ++r.within[i];
    break;
  }
}

void Metrics::pictures(size_t good, size_t bad, size_t faces) {
  const std::lock_guard lock(mutex_);
  good_ += good;
  bad_ += bad;
  faces_ += faces;
}

void Metrics::batch(size_t pictures) {
  const std::lock_guard lock(mutex_);
  ++batches_;
  batched_ += pictures;
}

std::string Metrics::text() const {
  const std::lock_guard lock(mutex_);
  std::string text;
  describe(text, "fer_requests_total", "counter", "Requests that were answered.");
  for (const auto& [route, r] : routes_) {
    for (const auto& [status, count] : r.statuses) {
      text += fmt::format("fer_requests_total{{route=\"{}\",status=\"{}\"}} {}\n", route, status, count);
    }
  }
  describe(text, "fer_request_seconds", "histogram", "From a request's first byte to its answer.");
  for (const auto& [route, r] : routes_) {
    uint64_t below = 0;
    for (size_t i = 0; i < kBounds.size(); ++i) {
      below += r.within[i];
      text += fmt::format("fer_request_seconds_bucket{{route=\"{}\",le=\"{}\"}} {}\n", route, kBounds[i], below);
    }
    text += fmt::format("fer_request_seconds_bucket{{route=\"{}\",le=\"+Inf\"}} {}\n", route, r.count);
    text += fmt::format("fer_request_seconds_sum{{route=\"{}\"}} {:.6f}\n", route, r.seconds);
    text += fmt::format("fer_request_seconds_count{{route=\"{}\"}} {}\n", route, r.count);
  }
  one(text, "fer_pictures_total", "counter", "Pictures that were looked at.", good_);
  one(text, "fer_bad_pictures_total", "counter", "Pictures that were refused.", bad_);
  one(text, "fer_faces_total", "counter", "Faces, or whole pictures, that a model was asked about.", faces_);
  one(text, "fer_batches_total", "counter", "Batches that were computed.", batches_);
  one(text, "fer_batch_faces_total", "counter", "Faces in all batches: over fer_batches_total, a batch's mean size.",
      batched_);
  one(text, "fer_connections", "gauge", "Connections that are open.", connections.load());
  one(text, "fer_waiting_requests", "gauge", "Requests that wait for a free thread.", waiting.load());
  one(text, "fer_received_bytes", "gauge", "Bytes of requests that are on their way.", received_bytes.load());
  describe(text, "fer_build_info", "gauge", "The version of libfer.");
  text += fmt::format("fer_build_info{{version=\"{}\"}} 1\n", version());
  one(text, "process_resident_memory_bytes", "gauge", "Memory of the process.", resident_bytes());
  one(text, "process_cpu_seconds_total", "counter", "Processor time of the process.", cpu_seconds());
  return text;
}

}  // namespace fer::serve
