#include "distributed/launcher.h"

#include <gtest/gtest.h>

#include <map>

namespace fer::distributed {
namespace {

Launched launched_with(const std::map<std::string, std::string>& variables) {
  return launched([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

TEST(Launched, IsKnownByTheVariablesOfEachLauncher) {
  const Launched by_mpirun = launched_with({{"OMPI_COMM_WORLD_SIZE", "4"}, {"OMPI_COMM_WORLD_RANK", "3"}});
  EXPECT_EQ(by_mpirun.variable, "OMPI_COMM_WORLD_SIZE");
  EXPECT_EQ(by_mpirun.rank, 3);
  EXPECT_EQ(launched_with({{"PMI_SIZE", "2"}, {"PMI_RANK", "1"}}).rank, 1);
  EXPECT_EQ(launched_with({{"SLURM_STEP_NUM_TASKS", "8"}, {"SLURM_PROCID", "5"}}).rank, 5);
  EXPECT_EQ(launched_with({{"PMIX_RANK", "2"}}).rank, 2);
}

TEST(Launched, IsNotWhatIsAlone) {
  EXPECT_EQ(launched_with({}).variable, "");
  EXPECT_EQ(launched_with({{"OMPI_COMM_WORLD_SIZE", "1"}, {"PMIX_RANK", "0"}}).variable, "");
  EXPECT_EQ(launched_with({{"SLURM_STEP_NUM_TASKS", "1"}}).variable, "");
  // A batch script of Slurm's: no srun started it, so there is no rank beside it.
  EXPECT_EQ(launched_with({{"SLURM_NTASKS", "4"}, {"SLURM_PROCID", "0"}}).variable, "");
  EXPECT_EQ(launched_with({{"PMI_SIZE", "many"}}).variable, "");
}

}  // namespace
}  // namespace fer::distributed
