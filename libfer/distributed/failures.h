// What ranks say to each other when one of them cannot go on, and which of them says it to people.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace fer::distributed {

// How long a rank that fails waits for what the others say: those that wait for it say so at once.
constexpr std::chrono::seconds kGrace{3};

struct Failure {
  bool said = false;
  bool own = false;     // not merely that another rank failed
  std::string message;  // without rank and host
  std::string place;    // "rank 2 on host7"
};

// What rank `rank` says: its own failure, unless its message is what another rank's failure made of it.
Failure failure_of(const std::string& message, const std::vector<Failure>& said, int rank, const std::string& host);

// Throws Error with the first failure of another rank, if there is any.
void expect_no_failure(const std::vector<Failure>& said, int rank);

// The line for people, on the one rank that shows it: the lowest that failed by itself. Where all ranks say the same,
// it is that, without a rank's name.
std::string shown_line(const std::vector<Failure>& said, int rank);

// "no answer from rank 1 and rank 2 within 300 s: ..."
std::string no_answer(const std::vector<int>& ranks, double seconds);

// A failure as bytes, for ranks in other processes.
std::string failure_text(const Failure& failure);
Failure failure_from_text(const std::string& text);

}  // namespace fer::distributed
