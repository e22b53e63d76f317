// How many threads the library uses.
#pragma once

#include "fer/export.h"
#include "fer/instruction_set.h"

namespace FER_PUBLIC fer {

// Sets the number of threads for work that the calling thread starts from now on: n >= 1, or 0 for as many as suit the
// process, which is the default. Results do not depend on it.
//
// As many as suit the process: the least of the CPUs that the calling thread may run on (taskset, cpusets), the CPU
// quota of the process's cgroup and of those above it, to the nearest whole number (version 1 and 2: `docker run
// --cpus`), OMP_NUM_THREADS and OMP_THREAD_LIMIT. Quota and environment are read once in a process, the CPUs once in
// each thread and again at set_num_threads(0). OMP_THREAD_LIMIT bounds n too.
//
// The calling thread does its share of the work. The threads that help it belong to the whole process: they
// are made when first needed, one fewer than the largest number set, help whichever thread has work, sleep when none
// has (OMP_WAIT_POLICY is not consulted) and take no signals. Where the system makes no more threads, work goes on with
// those there are. After fork() the child makes its own. Throws Error where n < 0.
void set_num_threads(int n);
int num_threads();

}  // namespace fer
