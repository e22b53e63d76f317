// How many threads suit this process: what the system, its container and its environment allow.
#pragma once

#include <optional>
#include <string>

namespace fer::core {

// Each member is one bound; 0 where there is none.
struct ThreadLimits {
  int cpus = 1;              // CPUs that the calling thread may run on (taskset, cpuset)
  double cpu_quota = 0;      // CPUs' worth of time that the process's cgroup grants (docker run --cpus)
  int omp_num_threads = 0;   // OMP_NUM_THREADS
  int omp_thread_limit = 0;  // OMP_THREAD_LIMIT
};

// The least of the bounds, and at least 1. A quota counts as the nearest whole number: half a CPU more is worth a
// thread, a tenth is not worth being stopped for.
int default_threads(const ThreadLimits& limits);

// CPUs on which the calling thread may run; at least 1.
int available_cpus();

// The lowest quota of the process's cgroup and of those above it, of either version: 1.5 for one and a half CPUs. None
// where there is no limit or nothing that can be read. `proc` is the process's folder in /proc; `root` stands before
// every mount point, for tests.
std::optional<double> cpu_quota(const std::string& proc = "/proc/self", const std::string& root = "");

// The bounds of this process, of which files and environment are read once, and of the calling thread's CPUs.
ThreadLimits current_limits();

// The first number of OpenMP's lists ("4" or "4,2"); 0 for anything else, and for null.
int first_of_list(const char* text);

}  // namespace fer::core
