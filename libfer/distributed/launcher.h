// What the environment says of the ranks that a launcher of MPI started.
#pragma once

#include <functional>
#include <string>

namespace fer::distributed {

struct Launched {
  std::string variable;  // that says so: "OMPI_COMM_WORLD_SIZE"; empty: no launcher, or one rank
  int rank = 0;          // where a variable says that
};

// value_of: std::getenv, or a test's. mpirun of Open MPI (OMPI_COMM_WORLD_*), of MPICH and what comes from it (PMI_*),
// srun (SLURM_STEP_NUM_TASKS and SLURM_PROCID; in a batch script that srun did not start there is one process), and
// what only speaks PMIx (PMIX_RANK).
Launched launched(const std::function<const char*(const char*)>& value_of);

}  // namespace fer::distributed
