#include "distributed/launcher.h"

#include <charconv>
#include <cstdlib>
#include <cstring>

#include "fer/exchange.h"

namespace fer::distributed {
namespace {

int number(const char* text) {
  int value = 0;
  if (text == nullptr) return value;
  const auto [stop, error] = std::from_chars(text, text + std::strlen(text), value);
  return error == std::errc() && *stop == '\0' ? value : 0;
}

}  // namespace

Launched launched(const std::function<const char*(const char*)>& value_of) {
  struct Variables {
    const char *size, *rank;
  };
  // The launcher's own first: mpirun within a job of Slurm sees Slurm's too.
  for (const Variables& each : {Variables{"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},
                                Variables{"PMI_SIZE", "PMI_RANK"}, Variables{"SLURM_STEP_NUM_TASKS", "SLURM_PROCID"}}) {
    if (value_of(each.size) == nullptr) continue;
    if (number(value_of(each.size)) <= 1) return {};
    return {.variable = each.size, .rank = number(value_of(each.rank))};
  }
  if (const char* rank = value_of("PMIX_RANK")) return {.variable = "PMIX_RANK", .rank = number(rank)};
  return {};
}

}  // namespace fer::distributed

namespace fer {

int launched_rank() {
  return distributed::launched([](const char* name) { return std::getenv(name); }).rank;
}

}  // namespace fer
