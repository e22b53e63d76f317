// HTTP/1.1 for a Service: connections, limits in time and bytes, an orderly end.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tools/serve/service.h"

namespace fer::serve {

// One thread, in run(), waits for all connections at once: what costs time is done by the service's threads. So a
// connection that is idle or slow takes a few kilobytes, and no thread.
class HttpServer {
 public:
  // Listens. Port 0: one that is free. Throws Error where the address cannot be used.
  HttpServer(Service& service, const std::string& host, uint16_t port);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;

  uint16_t port() const;
  // Serves until stop(), SIGINT or SIGTERM; then no connection is accepted, what runs is finished, and it returns. A
  // second signal ends the program at once.
  void run();
  // From any thread.
  void stop();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace fer::serve
