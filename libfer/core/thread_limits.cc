#include "core/thread_limits.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string_view>
#include <thread>

namespace fer::core {
namespace {

// "rw,cpu,cpuacct" contains "cpu".
bool lists(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    if (list.substr(0, comma) == word) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

// A mounted hierarchy of cgroups that may limit CPUs.
struct Hierarchy {
  bool version_2 = false;
  std::string root;   // the group that is mounted, "/" where all are
  std::string mount;  // where
};

// From a line of /proc/self/mountinfo: "31 23 0:28 /root /mount rw shared:1 - cgroup2 cgroup2 rw".
std::optional<Hierarchy> hierarchy_of(const std::string& line) {
  std::istringstream words(line);
  std::string number, parent, device, word, type, source, options;
  Hierarchy found;
  words >> number >> parent >> device >> found.root >> found.mount;
  while (words >> word && word != "-") {
  }
  if (!(words >> type >> source >> options)) return std::nullopt;
  found.version_2 = type == "cgroup2";
  if (!found.version_2 && (type != "cgroup" || !lists(options, "cpu"))) return std::nullopt;
  return found;
}

// The process's group in that hierarchy, from /proc/self/cgroup: lines such as "0::/group" (version 2) and
// "4:cpu,cpuacct:/group".
std::string group_in(const Hierarchy& hierarchy, const std::string& proc) {
  std::ifstream file(proc + "/cgroup");
  for (std::string line; std::getline(file, line);) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == line.npos || second == line.npos) continue;
    const std::string_view controllers = std::string_view(line).substr(first + 1, second - first - 1);
    if (hierarchy.version_2 ? controllers.empty() : lists(controllers, "cpu")) return line.substr(second + 1);
  }
  return "/";
}

std::optional<double> quota_in(const std::string& folder, bool version_2) {
  double quota = 0, period = 0;
  if (version_2) {
    std::ifstream file(folder + "/cpu.max");  // "max 100000", "150000 100000"
    if (!(file >> quota >> period)) return std::nullopt;
  } else {
    std::ifstream quota_file(folder + "/cpu.cfs_quota_us"), period_file(folder + "/cpu.cfs_period_us");
    if (!(quota_file >> quota) || !(period_file >> period)) return std::nullopt;  // -1 100000: none
  }
  if (!(quota > 0) || !(period > 0)) return std::nullopt;
  return quota / period;
}

// A container often sees its own group as the root of what is mounted, and then the path from outside leads nowhere.
std::string path_below(const std::string& group, const std::string& root) {
  if (root == "/") return group == "/" ? "" : group;
  if (group.starts_with(root + "/")) return group.substr(root.size());
  return "";
}

// What is the same for the whole process is read once: a few files, and the environment, which another thread of the
// host might be changing later. (Threads that read it at the same time read the same. A function's static variable
// would be a lock, and the child of a fork might find it locked.)
struct ProcessLimits {
  std::atomic<bool> known = false;
  std::atomic<double> cpu_quota = 0;
  std::atomic<int> omp_num_threads = 0, omp_thread_limit = 0;
};
ProcessLimits of_process;

void read_limits_of_process() {
  of_process.omp_num_threads = first_of_list(std::getenv("OMP_NUM_THREADS"));
  of_process.omp_thread_limit = first_of_list(std::getenv("OMP_THREAD_LIMIT"));
  try {
    of_process.cpu_quota = cpu_quota().value_or(0);
    of_process.known.store(true, std::memory_order_release);
  } catch (const std::exception&) {
    // There is no memory to read a few lines in: without a quota this time.
  }
}

}  // namespace

int default_threads(const ThreadLimits& limits) {
  int threads = std::max(limits.cpus, 1);
  if (limits.cpu_quota > 0) threads = static_cast<int>(std::min<double>(threads, std::round(limits.cpu_quota)));
  if (limits.omp_num_threads > 0) threads = std::min(threads, limits.omp_num_threads);
  if (limits.omp_thread_limit > 0) threads = std::min(threads, limits.omp_thread_limit);
  return std::max(threads, 1);
}

int available_cpus() {
  // More CPUs than a cpu_set_t has (1024) are an error, EINVAL; then those that are online count.
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof set, &set) == 0) return std::max(CPU_COUNT(&set), 1);
  return static_cast<int>(std::max(std::thread::hardware_concurrency(), 1u));
}

std::optional<double> cpu_quota(const std::string& proc, const std::string& root) {
  std::optional<double> least;
  std::ifstream mounts(proc + "/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    const std::optional<Hierarchy> hierarchy = hierarchy_of(line);
    if (!hierarchy) continue;
    std::string below = path_below(group_in(*hierarchy, proc), hierarchy->root);
    for (;;) {
      const std::optional<double> quota = quota_in(root + hierarchy->mount + below, hierarchy->version_2);
      if (quota && (!least || *quota < *least)) least = quota;
      const size_t slash = below.rfind('/');
      if (slash == below.npos) break;
      below.resize(slash);
    }
  }
  return least;
}

ThreadLimits current_limits() {
  if (!of_process.known.load(std::memory_order_acquire)) read_limits_of_process();
  return {.cpus = available_cpus(),
          .cpu_quota = of_process.cpu_quota,
          .omp_num_threads = of_process.omp_num_threads,
          .omp_thread_limit = of_process.omp_thread_limit};
}

int first_of_list(const char* text) {
  if (text == nullptr) return 0;
  std::string_view rest = text;
  while (rest.starts_with(' ') || rest.starts_with('\t')) rest.remove_prefix(1);
  int number = 0;
  const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  rest.remove_prefix(static_cast<size_t>(stop - rest.data()));
  const bool ends = rest.empty() || rest.front() == ',' || rest.front() == ' ' || rest.front() == '\t';
  return error == std::errc() && ends && number > 0 ? number : 0;
}

}  // namespace fer::core
