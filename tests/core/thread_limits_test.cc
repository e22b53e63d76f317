#include "core/thread_limits.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "fer/threads.h"
#include "tests/support/temporary_folder.h"

namespace fer::core {
namespace {

TEST(ThreadLimits, TheLeastCounts) {
  EXPECT_EQ(default_threads({.cpus = 8}), 8);
  EXPECT_EQ(default_threads({.cpus = 8, .cpu_quota = 3}), 3);
  EXPECT_EQ(default_threads({.cpus = 2, .cpu_quota = 3}), 2);
  EXPECT_EQ(default_threads({.cpus = 8, .omp_num_threads = 4}), 4);
  EXPECT_EQ(default_threads({.cpus = 8, .omp_num_threads = 16}), 8);
  EXPECT_EQ(default_threads({.cpus = 8, .omp_num_threads = 4, .omp_thread_limit = 2}), 2);
}

TEST(ThreadLimits, QuotasAreRoundedToTheNearest) {
  EXPECT_EQ(default_threads({.cpus = 8, .cpu_quota = 0.25}), 1);
  EXPECT_EQ(default_threads({.cpus = 8, .cpu_quota = 1.1}), 1);
  EXPECT_EQ(default_threads({.cpus = 8, .cpu_quota = 1.5}), 2);
  EXPECT_EQ(default_threads({.cpus = 8, .cpu_quota = 1e9}), 8);
}

TEST(ThreadLimits, ListsOfOpenMp) {
  EXPECT_EQ(first_of_list("4"), 4);
  EXPECT_EQ(first_of_list(" 4 "), 4);
  EXPECT_EQ(first_of_list("4,2"), 4);
  for (const char* nothing : {"", "0", "-1", "four", "4x", "99999999999", ","}) EXPECT_EQ(first_of_list(nothing), 0);
  EXPECT_EQ(first_of_list(nullptr), 0);
}

TEST(ThreadLimits, CpusAreThoseOfTheCallingThread) {
  std::thread([] {
    cpu_set_t all, one;
    ASSERT_EQ(::sched_getaffinity(0, sizeof all, &all), 0);
    EXPECT_EQ(available_cpus(), CPU_COUNT(&all));
    CPU_ZERO(&one);
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (CPU_ISSET(cpu, &all)) {
        CPU_SET(cpu, &one);
        break;
      }
    }
    ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
    EXPECT_EQ(available_cpus(), 1);
    set_num_threads(0);
    EXPECT_EQ(num_threads(), 1);
  }).join();
}

// A /proc/self and file systems as containers see them.
class CpuQuota : public ::testing::Test {
 protected:
  void put(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = folder_.path() + "/" + name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  std::optional<double> quota() const { return cpu_quota(folder_.path() + "/proc", folder_.path()); }

  const TemporaryFolder folder_;
};

constexpr const char* kVersion2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n";

TEST_F(CpuQuota, OfAContainerOfVersion2) {
  put("proc/mountinfo", "22 1 8:1 / / rw - ext4 /dev/root rw\n" + std::string(kVersion2));
  put("proc/cgroup", "0::/\n");
  put("sys/fs/cgroup/cpu.max", "150000 100000\n");
  EXPECT_EQ(quota(), 1.5);
  put("sys/fs/cgroup/cpu.max", "max 100000\n");
  EXPECT_EQ(quota(), std::nullopt);
}

TEST_F(CpuQuota, IsTheLowestOfTheGroupsAbove) {
  put("proc/mountinfo", kVersion2);
  put("proc/cgroup", "0::/kubepods/pod1/app\n");
  put("sys/fs/cgroup/kubepods/cpu.max", "max 100000\n");
  put("sys/fs/cgroup/kubepods/pod1/cpu.max", "200000 100000\n");
  put("sys/fs/cgroup/kubepods/pod1/app/cpu.max", "400000 100000\n");
  EXPECT_EQ(quota(), 2);
}

TEST_F(CpuQuota, OfAContainerOfVersion1ThatSeesItsOwnGroupAsTheRoot) {
  put("proc/mountinfo",
      "40 30 0:30 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
      "41 30 0:31 /docker/abc /sys/fs/cgroup/cpu,cpuacct rw shared:7 - cgroup cgroup rw,cpu,cpuacct\n");
  put("proc/cgroup", "5:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc\n");
  put("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "50000\n");
  put("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(quota(), 0.5);
  put("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  EXPECT_EQ(quota(), std::nullopt);
}

TEST_F(CpuQuota, OfVersion1FromOutside) {
  put("proc/mountinfo", "41 30 0:31 / /cg/cpu rw - cgroup cgroup rw,cpu\n");
  put("proc/cgroup", "4:cpu:/jobs/7\n");
  put("cg/cpu/jobs/7/cpu.cfs_quota_us", "300000\n");
  put("cg/cpu/jobs/7/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(quota(), 3);
}

TEST_F(CpuQuota, IsNoneWhereNothingCanBeRead) {
  EXPECT_EQ(quota(), std::nullopt);
  put("proc/mountinfo", "nonsense\n\n1 2 3\n" + std::string(kVersion2));
  put("proc/cgroup", "nonsense\n");
  put("sys/fs/cgroup/cpu.max", "nonsense\n");
  EXPECT_EQ(quota(), std::nullopt);
}

}  // namespace
}  // namespace fer::core
