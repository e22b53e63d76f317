// What a request may ask for; what goes beyond is refused with the status that stands beside it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace fer::serve {

struct Limits {
  size_t max_bytes = size_t{16} << 20;             // of a request's body; 413
  size_t max_received = size_t{256} << 20;         // of all bodies on their way; the oldest gets 503
  int64_t max_pixels = 25'000'000;                 // of one picture; 413
  size_t max_pictures = 64;                        // of one request; 413
  size_t max_faces = 64;                           // of one picture; the largest are kept
  size_t max_connections = 4096;                   // beyond, the one that has been idle longest goes, or 503
  size_t max_waiting = 512;                        // requests that wait for a free thread; 503
  std::chrono::milliseconds receive_time{20'000};  // for a whole request, from its first byte; 408
  std::chrono::milliseconds wait_time{20'000};     // until the last picture is begun; 503
  std::chrono::milliseconds idle_time{60'000};     // a connection without a request is closed
  std::chrono::milliseconds send_time{20'000};     // an answer that is not fetched is given up
};

}  // namespace fer::serve
