// What libfer_mpi.so (libfer/mpi) offers to whoever loads it: MPI's calls, in C, so that the component stands on MPI
// alone and goes with any build of libfer of the same kModuleVersion.
#pragma once

#include <cstddef>

namespace fer::distributed {

constexpr int kModuleVersion = 2;

struct MpiPart {
  void* data;  // only read where it is sent
  size_t bytes;
};

// Functions that return int say 0 where MPI reports an error, whose text error() has.
struct MpiModule {
  int version;
  // MPI_Init_thread; ranks, this process's place among them, and the name of its machine [name_bytes].
  int (*init)(int* rank, int* size, char* host, size_t name_bytes);
  // send[size], receive[size]: as Exchange::start has it, but that this rank's own parts are left out. Null on error.
  void* (*start)(const MpiPart* send, const MpiPart* receive, int channel);
  // Whether all of it is done: 1, or 0. -1: error.
  int (*test)(void* transfer);
  // Moves on whatever is under way. Whether it may be called from another thread than the rest, one call at a time:
  // threads().
  void (*progress)();
  int (*threads)();
  // Whether something is still expected from, or not yet taken by, this rank.
  int (*waits_for)(void* transfer, int rank);
  // Lets go of it; what has not arrived yet will not any more.
  void (*end)(void* transfer);
  // Sends a text to all other ranks, without waiting for them to take it.
  int (*tell)(const char* text, size_t bytes);
  // Takes a text that another rank told: its length, and the first `most` bytes of it; 0: there is none.
  size_t (*heard)(int* rank, char* text, size_t most);
  const char* (*error)();
  void (*finalize)();
  // Ends all ranks.
  void (*abort)(int status);
};

// The one function that the component exports: const MpiModule* fer_mpi_module().
using MpiModuleFunction = const MpiModule* (*)();
constexpr const char* kMpiModuleSymbol = "fer_mpi_module";

}  // namespace fer::distributed
