// fer-train as one of several ranks (fer/exchange.h): rank 0 reads the command, decides, writes and talks; the others
// train as it says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "fer/exchange.h"
#include "tools/cli/cli.h"
#include "tools/train/split.h"

namespace fer::cli {

// cli::run as one of the ranks that a launcher started, where there is one. Only rank 0 has a standard output; of an
// error one rank shows one line.
int run_on_ranks(Program (*make)(), int argc, char** argv);

// What connects this process with the others; null: it is alone.
Exchange* exchange();
// Whether this process writes files and talks to people.
bool leads();

// One run, as rank 0 begins it.
struct Order {
  std::string folder, whole, recipe;
  Arguments arguments;
  bool with_remarks = true;
  // Of SplitOptions: those of the version that began the run.
  LimitRule limit_rule = LimitRule::kEvenlyInSources;
  bool stratified = true;
};
// Rank 0: tells the others; they wait without a timeout for the next order, since rank 0 may evaluate what was trained.
void give(const Order& order, const Arguments& given);
// Rank 0: there are no more.
void end_orders();
// The others: the next order, with this process's own DATA and --threads where `given` has them; none: the end. Throws
// Error where `given` has other options than rank 0's command.
std::optional<Order> next_order(const Program& program, const Arguments& given);

// The line that says why `config_accumulate` is what it is, for a new run on ranks; empty where there is nothing to
// say.
std::string accumulate_note(int64_t ranks, int64_t batch_size);
// On every rank: a hint where a machine has more threads at work than processors; for rank 0 to show, empty elsewhere.
std::string overbooked_note();

}  // namespace fer::cli
