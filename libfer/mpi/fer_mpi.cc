// MPI behind the functions of distributed/mpi_module.h.
#include <mpi.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "distributed/mpi_module.h"

namespace fer::mpi {
namespace {

using distributed::MpiModule;
using distributed::MpiPart;

// A message's length is an int to MPI.
constexpr size_t kLongestMessage = size_t{1} << 30;
constexpr int kTextTag = 2;  // on a communicator of its own; data have the channel as their tag

struct Request {
  MPI_Request request;
  int rank;
  bool receives;
};
struct Transfer {
  std::vector<Request> requests;
};

MPI_Comm data = MPI_COMM_NULL, texts = MPI_COMM_NULL;
int own_rank = 0, ranks = 1, thread_level = 0;
std::string last_error;
// What is told must stay until it was taken, which nobody waits for.
std::vector<std::unique_ptr<std::string>> told;

bool good(int code) {
  if (code == MPI_SUCCESS) return true;
  char text[MPI_MAX_ERROR_STRING] = {};
  int length = 0;
  if (MPI_Error_string(code, text, &length) != MPI_SUCCESS) length = 0;
  last_error.assign(text, static_cast<size_t>(length));
  return false;
}

// Errors come back as codes on these communicators; ours, so that no message meets another program's.
bool duplicate(MPI_Comm& communicator) {
  return good(MPI_Comm_dup(MPI_COMM_WORLD, &communicator)) &&
         good(MPI_Comm_set_errhandler(communicator, MPI_ERRORS_RETURN));
}

int init(int* rank, int* size, char* host, size_t name_bytes) {
  int length = 0;
  char name[MPI_MAX_PROCESSOR_NAME] = {};
  if (!good(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &thread_level)) ||
      !good(MPI_Comm_rank(MPI_COMM_WORLD, &own_rank)) || !good(MPI_Comm_size(MPI_COMM_WORLD, &ranks)) ||
      !good(MPI_Get_processor_name(name, &length)) || !duplicate(data) || !duplicate(texts)) {
    return 0;
  }
  *rank = own_rank;
  *size = ranks;
  std::strncpy(host, name, name_bytes - 1);
  host[name_bytes - 1] = '\0';
  return 1;
}

template <class Post>
bool post(Transfer& transfer, int rank, bool receives, const MpiPart& part, const Post& post_one) {
  for (size_t begin = 0; begin < part.bytes; begin += kLongestMessage) {
    const auto n = static_cast<int>(std::min(kLongestMessage, part.bytes - begin));
    MPI_Request request = MPI_REQUEST_NULL;
    if (!good(post_one(static_cast<char*>(part.data) + begin, n, &request))) return false;
    transfer.requests.push_back({request, rank, receives});
  }
  return true;
}

// Every rank begins with its neighbour, so that not all of them send to rank 0 first.
void* start(const MpiPart* send, const MpiPart* receive, int channel) {
  auto transfer = std::make_unique<Transfer>();
  for (int k = 1; k < ranks; ++k) {
    const int from = (own_rank + ranks - k) % ranks;
    if (!post(*transfer, from, true, receive[from], [&](void* at, int n, MPI_Request* request) {
          return MPI_Irecv(at, n, MPI_BYTE, from, channel, data, request);
        })) {
      return nullptr;
    }
  }
  for (int k = 1; k < ranks; ++k) {
    const int to = (own_rank + k) % ranks;
    if (!post(*transfer, to, false, send[to], [&](void* at, int n, MPI_Request* request) {
          return MPI_Isend(at, n, MPI_BYTE, to, channel, data, request);
        })) {
      return nullptr;
    }
  }
  return transfer.release();
}

int test(void* transfer) {
  bool all = true;
  for (Request& each : static_cast<Transfer*>(transfer)->requests) {
    int done = 1;
    if (each.request != MPI_REQUEST_NULL && !good(MPI_Test(&each.request, &done, MPI_STATUS_IGNORE))) return -1;
    all = all && done != 0;
  }
  return all ? 1 : 0;
}

void progress() {
  int there = 0;
  MPI_Iprobe(MPI_ANY_SOURCE, kTextTag, texts, &there, MPI_STATUS_IGNORE);
}

int threads() { return thread_level >= MPI_THREAD_SERIALIZED ? 1 : 0; }

int waits_for(void* transfer, int rank) {
  const std::vector<Request>& requests = static_cast<Transfer*>(transfer)->requests;
  return std::any_of(requests.begin(), requests.end(),
                     [&](const Request& each) { return each.rank == rank && each.request != MPI_REQUEST_NULL; })
             ? 1
             : 0;
}

// What is not done by now is given up: another rank failed, and the memory that it was to arrive in goes.
void end(void* transfer) {
  const std::unique_ptr<Transfer> ended(static_cast<Transfer*>(transfer));
  for (Request& each : ended->requests) {
    if (each.request == MPI_REQUEST_NULL) continue;
    if (each.receives) MPI_Cancel(&each.request);
    MPI_Request_free(&each.request);
  }
}

int tell(const char* text, size_t bytes) {
  told.push_back(std::make_unique<std::string>(text, std::min(bytes, kLongestMessage)));
  for (int rank = 0; rank < ranks; ++rank) {
    if (rank == own_rank) continue;
    MPI_Request request = MPI_REQUEST_NULL;
    if (!good(MPI_Isend(told.back()->data(), static_cast<int>(told.back()->size()), MPI_BYTE, rank, kTextTag, texts,
                        &request)) ||
        !good(MPI_Request_free(&request))) {
      return 0;
    }
  }
  return 1;
}

size_t heard(int* rank, char* text, size_t most) {
  int there = 0, bytes = 0;
  MPI_Status status;
  MPI_Message message;
  if (!good(MPI_Improbe(MPI_ANY_SOURCE, kTextTag, texts, &there, &message, &status)) || there == 0) return 0;
  if (!good(MPI_Get_count(&status, MPI_BYTE, &bytes))) return 0;
  std::vector<char> whole(static_cast<size_t>(bytes));
  if (!good(MPI_Mrecv(whole.data(), bytes, MPI_BYTE, &message, &status))) return 0;
  *rank = status.MPI_SOURCE;
  std::memcpy(text, whole.data(), std::min(whole.size(), most));
  return whole.size();
}

const char* error() { return last_error.c_str(); }

void finalize() {
  MPI_Comm_free(&data);
  MPI_Comm_free(&texts);
  MPI_Finalize();
}

void abort(int status) { MPI_Abort(MPI_COMM_WORLD, status); }

constexpr MpiModule kModule = {distributed::kModuleVersion,
                               init,
                               start,
                               test,
                               progress,
                               threads,
                               waits_for,
                               end,
                               tell,
                               heard,
                               error,
                               finalize,
                               abort};

}  // namespace
}  // namespace fer::mpi

extern "C" [[gnu::visibility("default")]] const fer::distributed::MpiModule* fer_mpi_module();
const fer::distributed::MpiModule* fer_mpi_module() { return &fer::mpi::kModule; }
